import { describe, expect, test } from 'vitest'
import { createVirtualClock } from '../../../simulations/virtual/clock.ts'
import { createEvents } from '../../../src/gossip/events.ts'
import { createMembership } from '../../../src/gossip/membership/membership.ts'
import { createInterval } from '../../../src/gossip/pace/interval.ts'
import type { Phase } from '../../../src/gossip/phase.ts'
import { createPhase } from '../../../src/gossip/phase.ts'
import type { Checkpoint } from '../../../src/gossip/state/checkpoint.ts'
import { createContribution } from '../../../src/gossip/state/contribution.ts'
import { createEngagements } from '../../../src/gossip/state/engagements.ts'
import { replay } from '../../../src/gossip/state/journal.ts'
import { createReplica } from '../../../src/gossip/state/replica.ts'
import { LATE_JOIN_EXCHANGES } from '../../../src/gossip/sync/constants.ts'
import { createLateJoining, type LateJoiningOptions } from '../../../src/gossip/sync/late-joining.ts'
import { announcementOf } from '../announcements.ts'
import { never } from '../byzantine-peer.ts'

const LOCAL_STEPS = 5
const LAG = LATE_JOIN_EXCHANGES * LOCAL_STEPS

/** One that has done nothing yet, and knows of peers of these ages. */
function createNewcomer(
  fetch: LateJoiningOptions['fetch'],
  ages: readonly number[],
  phase: Phase = 'training',
  contribution = createContribution(),
) {
  const warnings: string[] = []
  const clock = createVirtualClock()
  const membership = createMembership(clock)
  for (const [i, age] of ages.entries()) membership.hear(`peer-${i}`, announcementOf({ age, phase }))
  const replica = createReplica({ parameters: new Float32Array(2), step: 0, age: 0, contribution })
  const newcomer = createLateJoining({
    replica,
    membership,
    clock,
    interval: createInterval(LOCAL_STEPS),
    averages: true,
    phase: createPhase(clock, false),
    engagements: createEngagements(replica.ledger),
    events: createEvents((name, detail) => {
      if (name === 'warning' && 'message' in detail) warnings.push(detail.message)
    }),
    fetch,
  })
  return { clock, membership, replica, newcomer, warnings }
}

const vector = Float32Array.of(1, 2)

describe('a newcomer', () => {
  test('asks those who are so far ahead that it would pull them back, and them only', async () => {
    let asked: readonly string[] = []
    const { newcomer } = createNewcomer(
      async ahead => {
        asked = ahead.map(({ peer }) => peer)
        return undefined
      },
      [LAG, LAG + 1, 0, LAG + 2],
    )
    await newcomer.catchUp(never)
    expect(asked).toEqual(['peer-1', 'peer-3'])
  })

  test('asks nobody for what is current where the swarm has sealed', async () => {
    let attempts = 0
    const { newcomer } = createNewcomer(
      async () => {
        attempts++
        return undefined
      },
      [400],
      'sealed',
    )
    await newcomer.catchUp(never)
    expect(attempts).toBe(0)
  })

  test('goes on from what it gets as if it had learned it', async () => {
    const { newcomer, replica } = createNewcomer(async () => ({ vector, age: 400, step: 400, agreed: 3 }), [400])
    await newcomer.catchUp(never)
    expect([[...replica.parameters], replica.step, replica.age]).toEqual([[1, 2], 400, 400])
  })

  test('stands in the schedule where those who are ahead do, however many steps their parameters have absorbed', async () => {
    const { newcomer, replica } = createNewcomer(async () => ({ vector, age: 1_200, step: 700, agreed: 3 }), [1_200])
    await newcomer.catchUp(never)
    expect([replica.step, replica.age]).toEqual([700, 1_200])
  })

  test('that has trained a step of its own keeps it, however far ahead the others are', async () => {
    const { newcomer, replica } = createNewcomer(async () => ({ vector, age: 400, step: 300, agreed: 3 }), [400])
    replica.contribution.trained(1)
    expect(newcomer.pending()).toBe(false)
    await newcomer.catchUp(never)
    expect([...replica.parameters]).toEqual([0, 0])
  })

  test('to which others have given something keeps it, in its next life too', async () => {
    const before = { ownSteps: 0, exchanges: 0, exchangesAsked: 0, averaged: {} }
    const lived: Checkpoint = {
      swarm: 'swarm',
      peer: 'self',
      sequence: 1,
      step: 0,
      age: 0,
      sealed: undefined,
      contribution: before,
      random: [],
      parameters: new Float32Array(2),
      decisions: [],
      doubts: [],
      trainer: { tensors: {}, metadata: {} },
    }
    const entry = { type: 'decided', id: 'x', partner: 'peer-0', frames: 1, first: 0, values: vector } as const
    const fetch: LateJoiningOptions['fetch'] = async () => ({ vector, age: 400, step: 300, agreed: 3 })
    for (const { contribution } of [replay(lived, [entry]), replay(replay(lived, [entry]), [])]) {
      const { newcomer, replica } = createNewcomer(fetch, [400], 'training', createContribution(contribution))
      expect(newcomer.pending()).toBe(false)
      await newcomer.catchUp(never)
      expect([...replica.parameters]).toEqual([0, 0])
      expect(replica.durable().contribution).toMatchObject({ established: true })
    }
    // What is only prepared is nothing yet.
    const prepared = { type: 'prepared', id: 'x', partner: 'peer-0', frame: 0, first: 0, values: vector } as const
    const { contribution } = replay(lived, [prepared])
    expect(createNewcomer(fetch, [400], 'training', createContribution(contribution)).newcomer.pending()).toBe(true)
  })

  test('takes nothing from one that has averaged with nobody', async () => {
    const { newcomer, membership, replica } = createNewcomer(
      async () => ({ vector, age: 400, step: 300, agreed: 3 }),
      [],
    )
    membership.hear('loner', announcementOf({ age: 400, phase: 'training', partners: 0 }))
    expect(newcomer.pending()).toBe(false)
    await newcomer.catchUp(never)
    expect([...replica.parameters]).toEqual([0, 0])
  })

  test.for([
    { ahead: 1, others: 1, asks: true },
    { ahead: 1, others: 2, asks: false },
    { ahead: 2, others: 2, asks: true },
    { ahead: 2, others: 3, asks: false },
    { ahead: 3, others: 20, asks: true },
  ])('goes by $ahead that are ahead of $others others: $asks', ({ ahead, others, asks }) => {
    const ages = [...Array(ahead).fill(400), ...Array(others).fill(0)]
    expect(createNewcomer(async () => undefined, ages).newcomer.pending()).toBe(asks)
  })

  test.for([
    [1, /of age 400, from one member, checked by nobody$/],
    [2, /of age 400, from two members, checked by nobody$/],
    [3, /of age 400$/],
  ] as const)('says by how many what it took is checked: %d', async ([agreed, said]) => {
    const { newcomer, warnings } = createNewcomer(async () => ({ vector, age: 400, step: 400, agreed }), [400])
    await newcomer.catchUp(never)
    expect(warnings).toEqual([expect.stringMatching(said)])
  })

  test('averages with nobody before that', async () => {
    const { newcomer } = createNewcomer(async () => ({ vector, age: 400, step: 400, agreed: 3 }), [400])
    const before = newcomer.pending()
    await newcomer.catchUp(never)
    expect([before, newcomer.pending()]).toEqual([true, false])
  })

  test('that gets nothing trains for as long as that took before it asks again', async () => {
    let attempts = 0
    const { newcomer, clock } = createNewcomer(async () => {
      attempts++
      await clock.sleep(1_000, never)
      return undefined
    }, [400])
    let over = false
    const ask = async () => {
      while (clock.now() < 4_900) {
        await newcomer.catchUp(never)
        await clock.sleep(10, never)
      }
      over = true
    }
    void ask()
    await clock.run(() => over)
    expect(attempts).toBe(3)
  })

  test('that is stopped meanwhile gives up without a word', async () => {
    const stopping = new AbortController()
    const { newcomer, replica } = createNewcomer(async () => {
      stopping.abort(new Error('stopping'))
      throw stopping.signal.reason
    }, [400])
    await newcomer.catchUp({ signal: stopping.signal })
    expect([...replica.parameters]).toEqual([0, 0])
  })
})
