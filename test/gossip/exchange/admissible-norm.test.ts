import { describe, expect, test } from 'vitest'
import { createVirtualClock } from '../../../simulations/virtual/clock.ts'
import { createSketcher } from '../../../src/averaging/sketch.ts'
import { createAdmissibleNorm } from '../../../src/gossip/exchange/admissible-norm.ts'
import { EARLY_INTERVALS, LEAST_ADMISSIBLE_NORM } from '../../../src/gossip/exchange/constants.ts'
import { SKETCH_BUCKETS } from '../../../src/gossip/membership/constants.ts'
import { createMembership } from '../../../src/gossip/membership/membership.ts'
import { createReplica } from '../../../src/gossip/state/replica.ts'
import { announcementOf } from '../announcements.ts'

const LENGTH = 64
const LOCAL_STEPS = 5
const LATE = EARLY_INTERVALS * LOCAL_STEPS
const ATTACK = 0.999e6

const sketcher = createSketcher(LENGTH, SKETCH_BUCKETS, 1)
const withNorm = (norm: number) => new Float32Array(LENGTH).fill(norm / Math.sqrt(LENGTH))

interface Given {
  /** This peer's norm. */
  readonly own: number
  /** Those that the others announce. */
  readonly others: readonly number[]
  readonly age?: number
  readonly steps?: number
  readonly hasData?: boolean
}

function bound({ own, others, age = LATE, steps = 100, hasData = true }: Given) {
  const clock = createVirtualClock()
  const membership = createMembership(clock)
  for (const [i, norm] of others.entries()) {
    membership.hear(`peer-${i}`, announcementOf({ hasData, sketch: sketcher.sketch(withNorm(norm)) }))
  }
  const replica = createReplica({ parameters: withNorm(own), step: 0, age })
  const interval = { steps: () => LOCAL_STEPS }
  const admissible = createAdmissibleNorm({ maximumNorm: 1e6, steps, replica, membership, interval, clock })
  return admissible('peer-0')
}

describe('the norm that is merged', () => {
  test('is some times that of this peer and of the others', () => {
    expect(bound({ own: 25, others: [25, 26, 24, 25] }).most).toBeLessThanOrEqual(LEAST_ADMISSIBLE_NORM * 1.1)
    expect(bound({ own: 1_000, others: [1_000, 1_100, 900] }).most).toBeLessThan(4_500)
  })

  test('is far below that of an attack from the first interval on', () => {
    expect(bound({ own: 25, others: [25, 25, 25, ATTACK], age: 0 }).most).toBeLessThan(ATTACK / 100)
  })

  test.for([1, 2, 3])('does not follow what %d of seven others announce', liars => {
    const others = Array.from({ length: 7 }, (_, i) => (i < liars ? ATTACK : 25))
    expect(bound({ own: 25, others }).most).toBeLessThan(200)
  })

  test('follows the others where this peer is far behind them', () => {
    expect(bound({ own: 0, others: [1e5, 1e5, 1e5] }).most).toBeGreaterThan(2e5)
  })

  test('follows the only other one, which may be right', () => {
    expect(bound({ own: 10, others: [5_000] }).most).toBeGreaterThan(5_000)
  })

  test('is never above that of the recipe', () => {
    expect(bound({ own: 9e5, others: [9e5, 9e5, 9e5] }).most).toBe(1e6)
  })

  test('is that of the recipe alone where nobody trains: what is averaged may be of any size', () => {
    const peers = { own: 1e-3, others: [1, 1e3, 9e5], hasData: false }
    expect(bound({ ...peers, steps: 0 }).most).toBe(1e6)
  })

  test('is derived by one that brings no data to others that train, and not because one says so', () => {
    expect(bound({ own: 25, others: [25, 25, 25], steps: 0 }).most).toBeLessThan(200)
    expect(bound({ own: 25, others: [25], steps: 0 }).most).toBe(1e6)
  })
})

describe('a norm that is said', () => {
  test('is false where it is not what its peer has announced, and only large where it is', () => {
    expect(bound({ own: 25, others: [25, 25, 25] }).isFalse(ATTACK)).toBe(true)
    expect(bound({ own: 25, others: [25, 25, 25] }).isFalse(300)).toBe(false)
    expect(bound({ own: 25, others: [ATTACK, 25, 25] }).isFalse(ATTACK)).toBe(false)
  })
})
