import { describe, expect, test } from 'vitest'
import {
  approach,
  clippedShare,
  EARLY_INTERVALS,
  EARLY_MARGIN,
  RADIUS_MARGIN,
  radiusFor,
  usualDistance,
} from '../../src/averaging/clipping.ts'
import { createInfluence } from '../../src/averaging/influence.ts'

describe('clipping', () => {
  test('leaves what is within the radius as it is, and brings everything else to it', () => {
    expect(clippedShare(2, 1)).toBe(1)
    expect(clippedShare(2, 2)).toBe(1)
    expect(clippedShare(2, 8) * 8).toBe(2)
    expect(clippedShare(Number.POSITIVE_INFINITY, 1e30)).toBe(1)
  })

  test('goes by the median of three and more, which fewer than half that lie do not move beyond the honest', () => {
    const honest = [1, 1.1, 1.2, 1.3]
    for (const lie of [0, 1e9]) {
      const usual = usualDistance([...honest, lie, lie], 0)
      expect(usual).toBeGreaterThanOrEqual(1)
      expect(usual).toBeLessThanOrEqual(1.3)
    }
  })

  test('goes by what this peer has learned itself where it has met one or two, who could say anything', () => {
    expect(usualDistance([0], 3)).toBe(3)
    expect(usualDistance([], 3)).toBe(3)
    // And of three by nothing but them.
    expect(usualDistance([1, 1, 1], 3)).toBe(1)
  })

  test('knows no radius before there is anything to go by, and a wider one at first', () => {
    expect(radiusFor(0, 0)).toBe(Number.POSITIVE_INFINITY)
    expect(radiusFor(2, EARLY_INTERVALS - 1)).toBe(EARLY_MARGIN * 2)
    expect(radiusFor(2, EARLY_INTERVALS)).toBe(RADIUS_MARGIN * 2)
  })
})

describe('the approach of another', () => {
  const [here, there] = [Float32Array.of(0, 0), Float32Array.of(10, 0)]

  test('is how far it has moved in the direction of this peer', () => {
    const cameTo = (x: number, y: number) => approach(here, there, Float32Array.of(x, y))
    expect([cameTo(7, 0), cameTo(7, 5), cameTo(0, 0)]).toEqual([3, 3, 10])
    expect([cameTo(10, 0), cameTo(10, 3), cameTo(12, 0)]).toEqual([0, 0, -2])
  })

  test('is none where the two were one', () => {
    expect(approach(here, here, there)).toBe(0)
  })
})

describe('an account of influence', () => {
  test('gives every partner as much as any other, however often it comes', () => {
    const influence = createInfluence<string>()
    influence.earned(0, 4)
    for (let meeting = 0; meeting < 10; meeting++) influence.moved('quick', 1)
    expect(influence.left('quick')).toBe(-6)
    expect(influence.left('slow')).toBe(4)
    influence.earned(7, 4)
    expect(influence.left('quick')).toBe(1)
    // It holds no more than its depth.
    expect(influence.left('slow')).toBe(4)
  })

  test('is the same for all, once, when training ends; one that returns has it again, and half of it after that', () => {
    const influence = createInfluence<string>()
    influence.earned(0, 4)
    influence.moved('a', 100)
    influence.once(2)
    expect([influence.left('a'), influence.left('b')]).toEqual([2, 2])
    influence.moved('a', 2)
    const had = [0, 1, 2].map(() => {
      influence.returned('a')
      const left = influence.left('a')
      influence.moved('a', left)
      return left
    })
    expect(had).toEqual([2, 1, 0.5])
  })
})
