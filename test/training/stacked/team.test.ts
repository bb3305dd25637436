import { expect, test } from 'vitest'
import { TrainerDiedError } from '../../../src/training/errors.ts'
import { ALONE, createTeam, partOf, TEAM_WORDS } from '../../../src/training/stacked/team.ts'

const words = () => new Int32Array(new SharedArrayBuffer(4 * TEAM_WORDS))

test.each([
  [32, 1, 4],
  [30, 2, 4],
  [7, 3, 4],
  [3, 5, 6],
  [785, 4, 6],
  [0, 2, 4],
])('parts of %d among %d threads, in stretches of %d, are all of them, and end with one', (count, size, grain) => {
  const parts = Array.from({ length: size }, (_, index) => partOf({ ...ALONE, index, size }, count, grain))
  expect(parts[0][0]).toBe(0)
  expect(parts.at(-1)?.[1]).toBe(count)
  for (const [i, [first, end]] of parts.entries()) {
    expect(first).toBe(i === 0 ? 0 : parts[i - 1][1])
    if (first < count) expect(first % grain).toBe(0)
    expect(end).toBeGreaterThanOrEqual(first)
  }
  // Who has the last does what belongs to the end.
  if (count > 0) expect(parts.filter(([first, end]) => end === count && end > first)).toHaveLength(1)
})

test('a thread that has failed is not waited for', () => {
  const shared = words()
  const [leader, helper] = [createTeam(shared, 0, 2), createTeam(shared, 1, 2)]
  helper.fail()
  expect(() => leader.meet()).toThrow(TrainerDiedError)
})

test('the last to come lets all go on, again and again', () => {
  const shared = words()
  const last = createTeam(shared, 1, 2)
  for (let meeting = 1; meeting <= 3; meeting++) {
    // The other one has come.
    Atomics.add(shared, 0, 1)
    last.meet()
    expect([...shared]).toEqual([0, meeting, 0])
  }
})
