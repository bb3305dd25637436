import { describe, expect, it } from 'vitest'
import { consensusDistance } from '../../src/averaging/consensus.ts'
import { createSketcher, estimateConsensusDistance, sketchDistance } from '../../src/averaging/sketch.ts'
import { distance, LengthMismatchError, meanOf, norm } from '../../src/parameters/vectors.ts'
import { createRandom } from '../../src/random/random.ts'

const LENGTH = 5_000
const BUCKETS = 256

function normalVector(seed: number, length = LENGTH): Float32Array {
  const random = createRandom(seed)
  return Float32Array.from({ length }, () => random.normal())
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

describe('a sketch', () => {
  it('is of the same bytes for the same seed, and of others for another', () => {
    const x = normalVector(1)
    const sketch = createSketcher(LENGTH, BUCKETS, 7).sketch(x)
    expect(sketch.length).toBe(BUCKETS)
    expect(createSketcher(LENGTH, BUCKETS, 7).sketch(x)).toEqual(sketch)
    expect(createSketcher(LENGTH, BUCKETS, 8).sketch(x)).not.toEqual(sketch)
  })

  it('puts each coordinate, with a sign, into one bucket', () => {
    const { sketch } = createSketcher(100, 16, 3)
    for (let i = 0; i < 100; i++) {
      const unit = new Float32Array(100)
      unit[i] = 2
      const filled = [...sketch(unit)].filter(value => value !== 0)
      expect(filled.map(Math.abs)).toEqual([2])
    }
  })

  it.each([64, 48, 256])('is that of its parts together, where they begin and end, in %i buckets', buckets => {
    const length = 100_003
    const random = createRandom(5)
    // Whole numbers, so that no sum is rounded; long parts are added up by a kernel, and short ones are not.
    const x = Float32Array.from({ length }, () => random.integer(17) - 8)
    const { sketch } = createSketcher(length, buckets, 7)
    const together = new Float32Array(buckets)
    for (let first = 0, end: number; first < length; first = end) {
      end = Math.min(length, first + 1 + random.integer(2_000))
      const part = sketch(x, { first, end })
      for (let b = 0; b < buckets; b++) together[b] += part[b]
    }
    expect(sketch(x)).toEqual(together)
    const [from, to] = [4_321, 90_123]
    const ends = [
      sketch(x, { first: 0, end: from }),
      sketch(x, { first: from, end: to }),
      sketch(x, { first: to, end: length }),
    ]
    expect(ends[0].map((value, b) => value + ends[1][b] + ends[2][b])).toEqual(together)
  })

  it('is linear', () => {
    const { sketch } = createSketcher(LENGTH, BUCKETS, 7)
    const [x, y] = [normalVector(1), normalVector(2)]
    const combined = sketch(x.map((value, i) => 2 * value - 3 * y[i]))
    const [sx, sy] = [sketch(x), sketch(y)]
    combined.forEach((value, b) => {
      expect(Math.abs(value - (2 * sx[b] - 3 * sy[b]))).toBeLessThan(1e-4)
    })
  })

  it('has the squared norm of the vector on average, and the variance of the theory', () => {
    // Var‖Rx‖² = (2/m)(‖x‖⁴ − Σ x⁴) for pairwise independent hashes; 400 seeds give the mean to 0.4 %.
    const x = normalVector(1)
    const ratios = Array.from({ length: 400 }, (_, seed) => {
      return norm(createSketcher(LENGTH, BUCKETS, seed).sketch(x)) ** 2 / norm(x) ** 2
    })
    expect(Math.abs(average(ratios) - 1)).toBeLessThan(0.02)
    const deviation = Math.sqrt(average(ratios.map(ratio => (ratio - 1) ** 2)))
    expect(deviation / Math.sqrt(2 / BUCKETS)).toBeGreaterThan(0.85)
    expect(deviation / Math.sqrt(2 / BUCKETS)).toBeLessThan(1.15)
  })

  it('is unbiased also for a vector with structure', () => {
    // Runs of equal values, as a layer of biases has: a weak hash would send a run to few buckets.
    const x = Float32Array.from({ length: 4096 }, (_, i) => (i % 512 < 64 ? 1 : 0))
    const ratios = Array.from({ length: 400 }, (_, seed) => {
      return norm(createSketcher(x.length, BUCKETS, seed).sketch(x)) ** 2 / norm(x) ** 2
    })
    expect(Math.abs(average(ratios) - 1)).toBeLessThan(0.02)
  })

  it('keeps distances', () => {
    const [x, y] = [normalVector(1), normalVector(2)]
    const estimates = Array.from({ length: 200 }, (_, seed) => {
      const { sketch } = createSketcher(LENGTH, BUCKETS, seed)
      return sketchDistance(sketch(x), sketch(y))
    })
    // One standard deviation is 1/sqrt(2 · 256) = 4.4 %.
    expect(estimates.every(estimate => Math.abs(estimate / distance(x, y) - 1) < 5 * 0.0442)).toBe(true)
    expect(Math.abs(average(estimates) / distance(x, y) - 1)).toBeLessThan(0.015)
  })

  it.each([1, 0.1, 1e-3, 1e-5])('tells the consensus distance of peers that are %d apart', spread => {
    const center = normalVector(100)
    const peers = Array.from({ length: 8 }, (_, i) => {
      const noise = normalVector(i)
      return center.map((value, p) => value + spread * noise[p])
    })
    const exact = consensusDistance(peers)
    const ratios = Array.from({ length: 50 }, (_, seed) => {
      const { sketch } = createSketcher(LENGTH, BUCKETS, seed)
      return estimateConsensusDistance(peers.map(vector => sketch(vector))) / exact
    })
    // Numerator and denominator each err by at most 4.4 %, one standard deviation.
    const deviation = Math.sqrt(2) * 0.0442
    expect(ratios.every(ratio => Math.abs(ratio - 1) < 4 * deviation)).toBe(true)
    expect(Math.abs(average(ratios) - 1)).toBeLessThan(0.03)
  })

  it('of the mean is the mean of the sketches', () => {
    const { sketch } = createSketcher(LENGTH, BUCKETS, 7)
    const peers = [normalVector(1), normalVector(2), normalVector(3)]
    const mean = meanOf(peers.map(vector => sketch(vector)))
    sketch(meanOf(peers)).forEach((value, b) => {
      expect(Math.abs(value - mean[b])).toBeLessThan(1e-5)
    })
  })

  it('is only made of vectors of the expected length', () => {
    expect(() => createSketcher(5, 4, 1).sketch(new Float32Array(6))).toThrow(LengthMismatchError)
  })
})
