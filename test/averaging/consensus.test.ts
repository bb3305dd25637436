import { describe, expect, it } from 'vitest'
import { consensusDistance, meanSquaredDistance } from '../../src/averaging/consensus.ts'
import { LengthMismatchError } from '../../src/parameters/vectors.ts'

describe('the consensus distance', () => {
  it('is the root mean square distance from the mean, relative to the mean', () => {
    // x̄ = (3, 4), ‖x̄‖ = 5; both are 1 away from it.
    const vectors = [Float32Array.of(2, 4), Float32Array.of(4, 4)]
    expect(meanSquaredDistance(vectors)).toBe(1)
    expect(consensusDistance(vectors)).toBe(1 / 5)
  })

  it('does not depend on the scale', () => {
    const vectors = [Float32Array.of(1, 2, 3), Float32Array.of(2, 0, 1), Float32Array.of(1, 1, 9)]
    expect(consensusDistance(vectors.map(x => x.map(value => 1024 * value)))).toBe(consensusDistance(vectors))
  })

  it('is 0 where all are equal, even where all are 0', () => {
    expect(consensusDistance([Float32Array.of(1.5), Float32Array.of(1.5)])).toBe(0)
    expect(consensusDistance([new Float32Array(3), new Float32Array(3)])).toBe(0)
    expect(consensusDistance([Float32Array.of(7)])).toBe(0)
  })

  it('is infinite where peers differ and agree on nothing', () => {
    expect(consensusDistance([Float32Array.of(1), Float32Array.of(-1)])).toBe(Number.POSITIVE_INFINITY)
  })

  it('sees differences that float32 means would round away', () => {
    const ulp = 2 ** -23
    expect(consensusDistance([Float32Array.of(1), Float32Array.of(1 + ulp)])).toBeCloseTo(ulp / 2, 12)
  })

  it('needs at least one vector, and vectors of one length', () => {
    expect(() => consensusDistance([])).toThrow(LengthMismatchError)
    expect(() => meanSquaredDistance([new Float32Array(1), new Float32Array(2)])).toThrow(LengthMismatchError)
  })
})
