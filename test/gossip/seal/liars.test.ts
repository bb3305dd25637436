import { describe, expect, test } from 'vitest'
import type { Announcement } from '../../../src/gossip/membership/announcement.ts'
import { SKETCH_BUCKETS } from '../../../src/gossip/membership/constants.ts'
import { OVERDUE_TRAINING_MS } from '../../../src/gossip/run/constants.ts'
import { STRANGER_PATIENCE_MS } from '../../../src/gossip/seal/constants.ts'
import { firstPatience } from '../../../src/gossip/seal/end-patience.ts'
import { hashParameters } from '../../../src/parameters/hash.ts'
import { PLACES } from '../../accept/together/marking-trainer.ts'
import { HONEST, type Lie, type Outcome, PATIENCE, runLyingSwarm } from './lying-swarm.ts'

const SEED = 3

/** A virtual minute of a swarm that averages takes seconds of this machine's, and more where others work on it too. */
const LIMIT_MS = 240_000

/** The last exchanges, the proposals, and how differently peers hear of it all. */
const SEALING_MS = 20_000

const sketchOf = (value: number) => new Float32Array(SKETCH_BUCKETS).fill(value)
const chosenBy = (others: readonly Announcement[]) => others.find(({ choice }) => choice !== undefined)?.choice
const hasSealed = (others: readonly Announcement[]) => others.some(({ phase }) => phase === 'sealed')

/** When liars begin that take part like others before: the honest have averaged with them by then. */
const BEGINS_MS = 6_000

/** The one patience of the end, where half of the honest are done after so long. */
const endPatience = (half: number) => firstPatience(PATIENCE * half, 0)

const open = { choice: undefined, refuses: undefined } as const

/** All that the honest have trained is in the one vector on which all of them end. */
function expectAllIn(outcome: Outcome): void {
  expect(outcome.seals).toEqual(Array(HONEST).fill(outcome.seals[0]))
  expect(outcome).toMatchObject({ inModel: HONEST, leftOut: 0, holdsAll: true })
  for (const steps of outcome.steps) expect(steps).toBeGreaterThanOrEqual(outcome.least)
}

/** A vector that nobody has trained, on which liars say that they have sealed. */
function elsewhere(liars: number): Float32Array {
  const vector = new Float32Array((HONEST + liars) * PLACES + 1).fill(3)
  vector[vector.length - 1] = 1
  return vector
}

describe('nobody is moved by', () => {
  function sealedElsewhere(liars: number, isStranger: boolean): Lie {
    const serves = elsewhere(liars)
    const says = { phase: 'sealed', choice: hashParameters(serves), refuses: undefined } as const
    return { serves, isStranger, says: ({ now }) => (isStranger || now > BEGINS_MS ? says : {}) }
  }

  test.each([
    ['five identities that were there before and have averaged with nobody', true],
    ['five with whom everybody has averaged', false],
  ])(
    'a seal of %s',
    async (_, isStranger) => {
      const outcome = await runLyingSwarm({ liars: 5, lie: sealedElsewhere(5, isStranger), seed: SEED })
      expectAllIn(outcome)
      expect(outcome.sealed).toBeLessThan(PATIENCE * outcome.half + endPatience(outcome.half) + SEALING_MS)
    },
    LIMIT_MS,
  )

  test(
    'times that a liar tells',
    async () => {
      const run = { elapsed: 1e12, founder: true, halfTime: 1 }
      const told = { done: true, pace: 1e-6, interval: 1e12, run } as const
      const before = { phase: 'training', ownSteps: 10 } as const
      const lie: Lie = { says: ({ own }) => ({ ...told, ...(own.phase === 'waiting' && before) }) }
      expectAllIn(await runLyingSwarm({ liars: 1, lie, seed: SEED }))
    },
    LIMIT_MS,
  )

  test(
    'a run that has ended before it began, as four of them say',
    async () => {
      const lie: Lie = {
        says: ({ own }) => (own.phase === 'waiting' ? { phase: 'averaging', partners: 3, ownSteps: 10 } : {}),
      }
      expectAllIn(await runLyingSwarm({ liars: 4, lie, seed: SEED }))
    },
    LIMIT_MS,
  )
})

describe('the end is held up for one patience at the most by', () => {
  const training = { phase: 'training', done: false, ...open } as const
  const averaging = { phase: 'averaging', ...open } as const
  const later =
    (given: Partial<Announcement>): Lie['says'] =>
    ({ now }) =>
      now > BEGINS_MS ? given : {}

  /** What it may last from when half of the honest are done: the run's patience; one that ran out; or nothing but a moment. */
  const runOnly = () => OVERDUE_TRAINING_MS
  const all = endPatience

  const rows: readonly (readonly [string, number, (half: number) => number, Lie])[] = [
    ['one that trains for ever', 1, runOnly, { says: () => training }],
    ['one that trains for ever, and averages with nobody', 1, runOnly, { says: () => training, isStranger: true }],
    [
      'one that trains and does not by turns, far away',
      1,
      all,
      { says: ({ own }) => (own.sequence % 2 === 0 ? training : { ...averaging, sketch: sketchOf(50) }) },
    ],
    ['one that is infinitely far away', 1, all, { says: later({ ...averaging, sketch: sketchOf(1e30) }) }],
    [
      'one that comes nearer, and never near',
      1,
      all,
      { says: ({ now }) => (now > BEGINS_MS ? { ...averaging, sketch: sketchOf(1e6 * 0.99 ** (now / 1_000)) } : {}) },
    ],
    [
      'one that trains again whenever somebody seals',
      1,
      runOnly,
      { says: ({ others }) => (chosenBy(others) === undefined ? {} : training) },
    ],
    [
      'one that refuses whatever is chosen',
      1,
      runOnly,
      { says: ({ others }) => (chosenBy(others) ? { ...averaging, refuses: chosenBy(others) } : {}) },
    ],
    [
      'one that never chooses',
      1,
      all,
      { says: ({ own }) => (own.phase === 'sealing' || own.phase === 'sealed' ? averaging : {}) },
    ],
    ['one that chooses what nobody can fetch', 1, all, { says: later({ phase: 'sealing', choice: 'ab'.repeat(32) }) }],
    [
      'one that chooses something else every second',
      1,
      all,
      {
        says: ({ now }) =>
          now > BEGINS_MS
            ? { phase: 'sealing', choice: hashParameters(new Float32Array([Math.floor(now / 1_000)])) }
            : {},
      },
    ],
    [
      'five identities that come one after the other, and are far away',
      5,
      half => all(half) + 10_000,
      { says: later({ ...averaging, sketch: sketchOf(50) }), comesAt: liar => 20_000 * (1 + liar) },
    ],
  ]

  test.each(rows)(
    '%s',
    async (_, liars, bound, lie) => {
      const outcome = await runLyingSwarm({ liars, lie, seed: SEED })
      expectAllIn(outcome)
      expect(outcome.sealed).toBeLessThan(PATIENCE * outcome.half + bound(outcome.half) + SEALING_MS)
    },
    LIMIT_MS,
  )
})

describe('after the seal', () => {
  const says: Lie['says'] = ({ others, own }) => {
    if (hasSealed(others)) return { ...open, phase: 'averaging', refuses: chosenBy(others) }
    const phase = own.phase === 'waiting' ? 'waiting' : 'averaging'
    return { ...open, phase, choice: chosenBy(others), sketch: others[0]?.sketch ?? own.sketch }
  }

  test(
    'six identities that refuse it, and have averaged with nobody, are heard once and never again',
    async () => {
      const lie: Lie = { says, isStranger: true, comesAt: () => BEGINS_MS }
      const outcome = await runLyingSwarm({ liars: 6, lie, seed: SEED, after: 8_000 })
      expectAllIn(outcome)
      expect(outcome.consensus).toBeLessThanOrEqual(2 * HONEST)
      expect(outcome.sealed).toBeLessThan(PATIENCE * outcome.half + STRANGER_PATIENCE_MS + SEALING_MS)
    },
    LIMIT_MS,
  )

  test(
    'one that has averaged, and refuses it again and again, is given up',
    async () => {
      const outcome = await runLyingSwarm({ liars: 1, lie: { says }, seed: SEED, after: 20_000 })
      expectAllIn(outcome)
      expect(outcome.consensus).toBeLessThanOrEqual(5 * HONEST)
    },
    LIMIT_MS,
  )
})
