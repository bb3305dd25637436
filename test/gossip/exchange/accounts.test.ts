import { expect, test } from 'vitest'
import { createVirtualClock } from '../../../simulations/virtual/clock.ts'
import { parseTopology } from '../../../src/averaging/topologies/registry.ts'
import { createAccounts } from '../../../src/gossip/exchange/accounts.ts'
import {
  ACCOUNT_DEPTH,
  ACCOUNT_INCOME,
  END_ACCOUNT_IN_STEP,
  END_REFILL_MS,
} from '../../../src/gossip/exchange/constants.ts'
import { createMembership } from '../../../src/gossip/membership/membership.ts'
import { createNeighbourhood } from '../../../src/gossip/membership/neighbourhood.ts'
import type { Phase } from '../../../src/gossip/phase.ts'
import { announcementOf } from '../announcements.ts'

/** Those of `a`, the first of so many in a topology. */
function accountsIn(topology: string, peers: number, { inRounds = true } = {}) {
  const membership = createMembership(createVirtualClock())
  const others = 'bcdefghijklmnopqrst'.slice(0, peers - 1).split('')
  for (const peer of others) membership.hear(peer, announcementOf({ phase: 'training' }))
  const state = { time: 0, phase: 'training' as Phase, age: 0 }
  const accounts = createAccounts({
    self: 'a',
    inRounds,
    replica: state,
    interval: { steps: () => 10 },
    phase: { now: () => state.phase },
    membership,
    neighbourhood: createNeighbourhood({
      self: 'a',
      topology: parseTopology(topology, { seed: 1 }),
      membership,
      events: { emit() {} },
    }),
    clock: { now: () => state.time },
    partners: () => others.length,
  })
  const train = (intervals: number) => {
    state.age += 10 * intervals
    accounts.fill(1)
  }
  const end = () => {
    state.phase = 'averaging'
    accounts.fill(1)
  }
  accounts.fill(1)
  return { accounts, state, train, end }
}

test('an interval of training earns every partner the same, up to a depth', () => {
  const { accounts, train } = accountsIn('complete', 5)
  accounts.moved('b', ACCOUNT_DEPTH)
  accounts.moved('c', 100)
  train(1)
  expect(['b', 'c', 'd'].map(accounts.left)).toEqual([ACCOUNT_INCOME, 0, ACCOUNT_DEPTH])
  expect(['b', 'c', 'd'].map(accounts.isSpent)).toEqual([false, true, false])
})

test('in pairs it earns them what two meetings ask for, dealt among all', () => {
  const { accounts, train } = accountsIn('complete', 5, { inRounds: false })
  accounts.moved('b', ACCOUNT_DEPTH)
  train(1)
  expect(accounts.left('b')).toBe((2 * ACCOUNT_INCOME) / 4)
})

test('after training all together have so much, once, and it fills again slowly', () => {
  const { accounts, state, end } = accountsIn('complete', 5)
  end()
  const share = accounts.left('b')
  expect(4 * share).toBeCloseTo((END_ACCOUNT_IN_STEP * 5) / 4)
  accounts.moved('b', share)
  accounts.shared('b', 0)
  expect(accounts.isSpent('b')).toBe(true)
  state.time += END_REFILL_MS / 2
  accounts.fill(1)
  expect(accounts.left('b')).toBeCloseTo(share / 2)
  expect(accounts.left('c')).toBeCloseTo(share)
})

test('whoever has one neighbour only comes nearer by that one, from both sides', () => {
  const hub = accountsIn('star', 7)
  const among = accountsIn('complete', 7)
  const ring = accountsIn('ring', 7)
  for (const { end } of [hub, among, ring]) end()
  expect(hub.accounts.left('c')).toBeCloseTo(7 * END_ACCOUNT_IN_STEP)
  expect(ring.accounts.left('b')).toBeCloseTo((3.5 * END_ACCOUNT_IN_STEP) / 2)
  expect(among.accounts.left('c')).toBeLessThan(END_ACCOUNT_IN_STEP / 5)
})

test('after training a partner has back what it shares of a movement, once', () => {
  const { accounts, end } = accountsIn('complete', 5)
  end()
  const share = accounts.left('b')
  accounts.moved('b', share)
  // It may have it back when they meet.
  expect(accounts.isSpent('b')).toBe(false)
  accounts.shared('b', share / 2)
  expect(accounts.left('b')).toBeCloseTo(share / 2)
  accounts.shared('b', share)
  expect(accounts.left('b')).toBeCloseTo(share / 2)
  expect(accounts.sinceEnd('b')).toEqual({ by: share, shared: share / 2 })
  accounts.moved('b', share / 2)
  accounts.shared('b', 0)
  expect(accounts.isSpent('b')).toBe(true)
})

test('who trains again, and ends again, has half', () => {
  const { accounts, state, train, end } = accountsIn('complete', 5)
  end()
  const first = accounts.left('b')
  state.phase = 'training'
  train(1)
  expect(accounts.left('b')).toBeGreaterThan(first)
  end()
  expect(accounts.left('b')).toBeCloseTo(first / 2)
})
