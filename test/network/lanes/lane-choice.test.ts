import { describe, expect, test } from 'vitest'
import { FOLDED_MS } from '../../../src/network/lanes/constants.ts'
import { createLaneChoice, type Ended } from '../../../src/network/lanes/lane-choice.ts'

/** A megabyte over a long path on which packets are lost, by one connection: 175 kB/s. */
const SLOW: Ended = { bytes: 1_000_000, rate: 175, lanes: 0, roundTrip: 100 }

function choiceInTime() {
  const clock = { now: 5_000 }
  return { clock, choice: createLaneChoice(() => clock.now) }
}

describe('the choice of lanes', () => {
  test('is for them where one connection is slow over a long path', () => {
    expect(createLaneChoice().ended(SLOW)).toBe('wanted')
  })

  test.each<[string, Partial<Ended>]>([
    ['was quick', { rate: 5_000 }],
    ['was short', { bytes: 100_000 }],
    ['had a short way', { roundTrip: 2 }],
    ['had a way that nobody has measured', { roundTrip: undefined }],
    ['went over lanes that the other side has opened', { lanes: 4 }],
  ])('is against them where a stream %s', (_, differs) => {
    expect(createLaneChoice().ended({ ...SLOW, ...differs })).toBeUndefined()
  })

  test('stays with lanes that bring something, after a cold first stream too', () => {
    const { choice } = choiceInTime()
    choice.ended(SLOW)
    for (const rate of [150, 600, 620, 200, 580]) expect(choice.ended({ ...SLOW, rate, lanes: 4 })).toBe('wanted')
  })

  test('folds lanes that share what one connection had, and tries them again when links may have changed', () => {
    const { choice, clock } = choiceInTime()
    choice.ended(SLOW)
    for (const rate of [170, 185]) expect(choice.ended({ ...SLOW, rate, lanes: 4 })).toBe('wanted')
    expect(choice.ended({ ...SLOW, rate: 190, lanes: 4 })).toBe('worthless')
    expect(choice.ended(SLOW)).toBeUndefined()
    clock.now += FOLDED_MS
    expect(choice.ended(SLOW)).toBe('wanted')
  })
})
