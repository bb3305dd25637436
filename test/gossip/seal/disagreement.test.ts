import { expect, test } from 'vitest'
import type { Member } from '../../../src/gossip/membership/membership.ts'
import type { Phase } from '../../../src/gossip/phase.ts'
import { SEAL_TIMEOUT_MS } from '../../../src/gossip/seal/constants.ts'
import { createDisagreement } from '../../../src/gossip/seal/disagreement.ts'
import { announcementOf } from '../announcements.ts'

const HERE = Float32Array.of(1, 0)
const THERE = Float32Array.of(0, 1)

function disagreementAt(phase: Phase = 'averaging', mayPropose = () => true) {
  const state = { time: 0, phase }
  const told: string[] = []
  const disagreement = createDisagreement({
    target: 0.1,
    clock: { now: () => state.time },
    phase: { now: () => state.phase },
    choice: { sketch: () => HERE, hash: () => 'own' },
    mayPropose,
    events: { emit: (_name, detail) => void told.push((detail as { message: string }).message) },
  })
  const look = (members: readonly Member[], present = members) => disagreement.look(members, present)
  return { state, told, look }
}

const member = (peer: string, phase: Phase, sketch = HERE, choice?: string): Member => ({
  peer,
  announcement: announcementOf({ phase, sketch, choice, ownSteps: 3 }),
  heard: 0,
})

test('people are told once of a swarm that does not agree in the time that its end may take', () => {
  const { state, told, look } = disagreementAt()
  const members = [member('b', 'averaging', THERE), member('c', 'sealed', THERE), member('d', 'averaging')]
  look(members)
  state.time = SEAL_TIMEOUT_MS - 1
  look(members)
  expect(told).toEqual([])
  // A proposal that comes to nothing is no end.
  state.phase = 'sealing'
  look(members)
  state.phase = 'averaging'
  for (const time of [SEAL_TIMEOUT_MS, 3 * SEAL_TIMEOUT_MS]) {
    state.time = time
    look(members)
  }
  expect(told).toEqual([
    'the swarm has not agreed in 2 minutes, though nobody trains: of 3 other members, 2 are too far from this peer, and 1 has sealed without it; it goes on trying',
  ])
})

test('the time runs only while nobody trains, and somebody is there to agree with', () => {
  const { state, told, look } = disagreementAt()
  const apart = [member('b', 'averaging', THERE)]
  for (const seen of [[], [...apart, member('c', 'training')], apart]) {
    look(apart)
    state.time += SEAL_TIMEOUT_MS - 1
    look(seen)
  }
  expect(told).toEqual([])
  state.phase = 'sealed'
  state.time += SEAL_TIMEOUT_MS
  look(apart)
  expect(told).toEqual([])
})

test('a peer that has sealed is told where half of the others have sealed something else', () => {
  const { state, told, look } = disagreementAt('sealed')
  const sealed = (peer: string, choice: string) => member(peer, 'sealed', HERE, choice)
  const members = [sealed('b', 'other'), sealed('c', 'own'), sealed('d', 'own')]
  for (const seen of [members, members.slice(1)]) {
    look(seen)
    state.time += SEAL_TIMEOUT_MS
    look(seen)
    expect(told).toEqual([])
  }
  const half = [...members, sealed('e', 'other')]
  look(half)
  state.time += SEAL_TIMEOUT_MS
  look(half)
  expect(told).toEqual([
    'of 4 other members, 2 have sealed something else than this peer: the swarm has not ended on one model',
  ])
})

test('while nothing may be proposed nobody is to agree', () => {
  const { state, told, look } = disagreementAt('averaging', () => false)
  for (const time of [0, SEAL_TIMEOUT_MS]) {
    state.time = time
    look([member('b', 'averaging', THERE)])
  }
  expect(told).toEqual([])
})

test('people are told where members are there and none of them counts', () => {
  const { state, told, look } = disagreementAt()
  const present = [member('b', 'sealing', HERE, 'other'), member('c', 'waiting')]
  look([], present)
  state.time = SEAL_TIMEOUT_MS
  look([], present)
  expect(told).toHaveLength(1)
  expect(told[0]).toMatch(/^nothing was sealed in 2 minutes: of 2 other members, none counts for this peer/)
})
