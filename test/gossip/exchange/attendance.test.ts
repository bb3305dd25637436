import { expect, test } from 'vitest'
import { createVirtualClock } from '../../../simulations/virtual/clock.ts'
import { createAttendance } from '../../../src/gossip/exchange/attendance.ts'
import { PARTNER_BACKOFF_MS } from '../../../src/gossip/membership/constants.ts'
import { createStanding } from '../../../src/gossip/membership/standing.ts'

const BROKE = { refused: false, milliseconds: 0 }
const REFUSED = { refused: true, milliseconds: 0 }

function createWatched(expected: (peer: string) => boolean = () => true, isTraining = true) {
  const clock = createVirtualClock()
  const standing = createStanding(clock, { hasAveragedWith: () => false })
  let answers = true
  const attendance = createAttendance({
    standing,
    lateness: { isExpected: expected, mayAnswer: () => answers },
    isTraining: () => isTraining,
  })
  return {
    standing,
    attendance,
    neverAnswers() {
      answers = false
    },
    async pass(milliseconds: number) {
      let isOver = false
      clock.after(milliseconds, () => {
        isOver = true
      })
      await clock.run(() => isOver)
    },
  }
}

test('one with whom exchanges broke is neither asked nor waited for, longer each time, while there are others', async () => {
  const { attendance, standing, pass } = createWatched()
  const linked = ['broken', 'sound']
  for (let times = 0; times < 4; times++) {
    expect(attendance.isAwaited('broken', linked)).toBe(true)
    standing.failed('broken', BROKE)
    await pass(PARTNER_BACKOFF_MS * 2 ** times - 1)
    expect(attendance.isLetBe('broken', linked)).toBe(true)
    expect(attendance.isAwaited('broken', linked)).toBe(false)
    expect(attendance.isAwaited('sound', linked)).toBe(true)
    await pass(2)
    expect(attendance.isLetBe('broken', linked)).toBe(false)
  }
})

test('where exchanges broke with all there are, each is asked again after a moment', async () => {
  const { attendance, standing, pass } = createWatched()
  for (let times = 0; times < 4; times++) {
    standing.failed('only', BROKE)
    expect(attendance.isLetBe('only', ['only'])).toBe(true)
    await pass(PARTNER_BACKOFF_MS + 1)
    expect(attendance.isLetBe('only', ['only'])).toBe(false)
  }
})

test('one that was busy is waited for as before', () => {
  const { attendance, standing } = createWatched()
  standing.failed('busy', REFUSED)
  expect(attendance.isLetBe('busy', ['busy', 'other'])).toBe(false)
  expect(attendance.isAwaited('busy', ['busy', 'other'])).toBe(true)
})

test('one that was busy is let be for a while by a peer that trains no more', async () => {
  const { attendance, standing, pass } = createWatched(() => true, false)
  standing.failed('busy', REFUSED)
  expect(attendance.isLetBe('busy', ['busy'])).toBe(true)
  await pass(PARTNER_BACKOFF_MS + 1)
  expect(attendance.isLetBe('busy', ['busy'])).toBe(false)
})

test('one that is asked because it does not come is waited for, until it has not answered for long', () => {
  const { attendance, neverAnswers } = createWatched(() => false)
  expect(attendance.isAwaited('late', ['late'])).toBe(false)
  attendance.chase('late')
  expect(attendance.isAwaited('late', ['late'])).toBe(true)
  neverAnswers()
  expect(attendance.isAwaited('late', ['late'])).toBe(false)
})
