import { describe, expect, it } from 'vitest'
import {
  addScaled,
  distance,
  firstNonFinite,
  LengthMismatchError,
  meanOf,
  norm,
  preciseMeanOf,
} from '../../src/parameters/vectors.ts'

describe('vectors', () => {
  it('have a norm and a distance', () => {
    expect(norm(Float32Array.of(3, -4))).toBe(5)
    expect(distance(Float32Array.of(4, -4), Float32Array.of(1, 0))).toBe(5)
    expect(norm(new Float32Array())).toBe(0)
  })

  it('accumulate in float64, so that small terms are not lost beside a large one', () => {
    const x = new Float32Array(1_000_001).fill(1)
    x[0] = 4096
    // In float32, 4096² + 1 is 4096² again.
    expect(norm(x) ** 2).toBeCloseTo(4096 ** 2 + 1_000_000, 3)
  })

  it('have norms beyond the range of float32 squares', () => {
    expect(norm(Float32Array.of(3e30, 4e30))).toBeCloseTo(5e30, -25)
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('show where the first %d is', bad => {
    const x = new Float32Array(100_000)
    expect(firstNonFinite(x)).toBe(-1)
    x[70_000] = bad
    x[80_000] = Number.NaN
    expect(firstNonFinite(x)).toBe(70_000)
  })

  it('are added with a scale', () => {
    const target = Float32Array.of(1, 2)
    addScaled(target, -0.5, Float32Array.of(2, 8))
    expect([...target]).toEqual([0, -2])
  })

  it('have a mean that is rounded once', () => {
    // In float32, 1 + 2⁻²⁴ is 1, so a float32 sum would lose both small terms.
    const small = 2 ** -24
    const vectors = [Float32Array.of(1), Float32Array.of(small), Float32Array.of(small), Float32Array.of(0)]
    expect(preciseMeanOf(vectors)[0]).toBe((1 + 2 * small) / 4)
    expect(meanOf(vectors)[0]).toBe(Math.fround((1 + 2 * small) / 4))
    expect(meanOf(vectors)).toBeInstanceOf(Float32Array)
  })

  it('must be of the same length', () => {
    const [a, b] = [new Float32Array(2), new Float32Array(3)]
    const message = /2 and 3 elements|3 and 2 elements/
    for (const attempt of [() => distance(a, b), () => addScaled(a, 1, b), () => meanOf([a, b])]) {
      expect(attempt).toThrow(LengthMismatchError)
      expect(attempt).toThrow(message)
    }
    expect(() => meanOf([])).toThrow(/mean of no vectors/)
  })
})
