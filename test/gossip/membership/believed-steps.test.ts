import { describe, expect, test } from 'vitest'
import { createVirtualClock } from '../../../simulations/virtual/clock.ts'
import { MAX_STEPS } from '../../../src/gossip/constants.ts'
import { createBelievedSteps } from '../../../src/gossip/membership/believed-steps.ts'
import { BELIEVED_LEAD_MS, BELIEVED_PACE } from '../../../src/gossip/membership/constants.ts'
import { createMembership } from '../../../src/gossip/membership/membership.ts'
import { announcementOf } from '../announcements.ts'

const PACE_MS = 10
const LEAD = BELIEVED_LEAD_MS / PACE_MS
const SLACK = 20

interface Given {
  /** Since when the run is on, as far as this peer knows. */
  readonly elapsed?: number
  readonly age?: number
  readonly pace?: number
  readonly resumes?: boolean
}

function believing({ elapsed, age = 0, pace, resumes = false }: Given = {}) {
  const clock = createVirtualClock()
  const membership = createMembership(clock)
  const steps = createBelievedSteps({
    clock,
    membership,
    replica: { age },
    interval: { pace: () => pace, steps: () => SLACK / 2 },
    runTime: { told: () => (elapsed === undefined ? undefined : { elapsed: elapsed + clock.now() }) },
    resumes,
  })
  async function wait(milliseconds: number): Promise<void> {
    const end = clock.now() + milliseconds
    clock.after(milliseconds, () => {})
    await clock.run(() => clock.now() >= end)
  }
  const believed = (age: number, peer = 'a') => steps.announced(peer, announcementOf({ age })).age
  return { membership, steps, wait, believed }
}

describe('steps that another announces', () => {
  test('are believed as they are while somebody could have trained them', () => {
    const announcement = announcementOf({ age: 1_000, step: 900, ownSteps: 300 })
    expect(believing({ elapsed: 10_000, pace: PACE_MS }).steps.announced('a', announcement)).toBe(announcement)
  })

  test('are believed up to some times this peer pace, by the time that the run is on', () => {
    const { believed } = believing({ elapsed: 10_000, pace: PACE_MS })
    expect(believed(MAX_STEPS)).toBe((BELIEVED_PACE * 10_000) / PACE_MS + LEAD + SLACK)
  })

  test('are bounded alike, whatever kind they are', () => {
    const absurd = announcementOf({ age: MAX_STEPS, step: MAX_STEPS, ownSteps: MAX_STEPS })
    const { age, step, ownSteps } = believing({ elapsed: 1_000, pace: PACE_MS }).steps.announced('a', absurd)
    expect(age).toBeLessThan(2_000)
    expect([step, ownSteps]).toEqual([age, age])
  })

  test('are believed where this peer does not know since when the run is on, but not what is added to them', async () => {
    for (const given of [{ pace: PACE_MS }, { pace: PACE_MS, elapsed: 1, resumes: true }]) {
      const { believed, wait } = believing(given)
      expect(believed(50_000)).toBe(50_000)
      await wait(1_000)
      expect(believed(MAX_STEPS)).toBe(50_000 + (BELIEVED_PACE * 1_000) / PACE_MS + LEAD + SLACK)
    }
  })

  test('do not grow the faster for being announced often', async () => {
    const { believed, wait } = believing({ pace: PACE_MS })
    believed(0)
    let last = 0
    for (let i = 0; i < 100; i++) {
      await wait(50)
      last = believed(MAX_STEPS)
    }
    expect(last).toBe((BELIEVED_PACE * 5_000) / PACE_MS + LEAD + SLACK)
  })

  test('are believed beside those that this peer has itself, however slow it is', () => {
    expect(believing({ elapsed: 1_000, pace: PACE_MS, age: 80_000 }).believed(80_100)).toBe(80_100)
  })

  test('are believed by the pace of most others where these are quicker, and not by that of one', () => {
    const { believed, membership } = believing({ elapsed: 10_000, pace: 100 })
    for (const peer of ['b', 'c', 'd']) membership.hear(peer, announcementOf({ pace: 1 }))
    expect(believed(20_000)).toBe(20_000)
    const alone = believing({ elapsed: 10_000, pace: 100 })
    alone.membership.hear('liar', announcementOf({ pace: 1e-9 }))
    expect(alone.believed(20_000)).toBeLessThan(1_000)
  })

  test('are measured alike when they are said in an exchange', () => {
    const { steps } = believing({ elapsed: 10_000, pace: PACE_MS })
    expect([steps.age('a', 1_000), steps.age('a', MAX_STEPS) < 10_000]).toEqual([1_000, true])
  })
})
