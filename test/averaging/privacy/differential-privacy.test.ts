import { describe, expect, it } from 'vitest'
import { privatise } from '../../../src/averaging/privacy/gaussian-mechanism.ts'
import { epsilonAfter, neighbourEpsilon, renyiDivergence } from '../../../src/averaging/privacy/renyi-accountant.ts'
import { addZeroSumNoise } from '../../../src/averaging/privacy/zero-sum-noise.ts'
import { UsageError } from '../../../src/errors.ts'
import { createRandom } from '../../../src/random/random.ts'

describe('the Gaussian mechanism', () => {
  function told(vector: Float32Array, clip: number, noise: number, seed = 1): number[] {
    const out = new Float32Array(vector.length)
    privatise(vector, { clip, noise }, createRandom(seed), out)
    return [...out]
  }

  it('shortens what is longer than C to C, and leaves what is not', () => {
    expect(told(Float32Array.of(30, -40), 5, 0)).toEqual([3, -4])
    expect(told(Float32Array.of(3, -4), 5, 0)).toEqual([3, -4])
    expect(told(Float32Array.of(3, -4), 4.5, 0)).toEqual([...Float32Array.of(2.7, -3.6)])
    expect(told(Float32Array.of(0, 0), 5, 0)).toEqual([0, 0])
  })

  it('draws the same noise from the same seed, and other from another', () => {
    const vector = Float32Array.of(1, 2)
    expect(told(vector, 1, 1, 1)).toEqual(told(vector, 1, 1, 1))
    expect(told(vector, 1, 1, 1)).not.toEqual(told(vector, 1, 1, 2))
  })

  it('may write over the vector', () => {
    const vector = Float32Array.of(30, -40)
    privatise(vector, { clip: 5, noise: 0 }, createRandom(1), vector)
    expect([...vector]).toEqual([3, -4])
  })

  it('refuses noise without a length to measure it by', () => {
    expect(() => told(Float32Array.of(1), Number.POSITIVE_INFINITY, 1)).toThrow(UsageError)
  })
})

describe('the accountant', () => {
  const release = { noise: 1.1, samplingRate: 256 / 60_000 }

  it('counts nothing where nothing was told, or nobody took part', () => {
    expect(epsilonAfter(0, release, 1e-5)).toBe(0)
    expect(renyiDivergence(4, { noise: 1, samplingRate: 0 })).toBe(0)
  })

  it('promises nothing without noise', () => {
    expect(epsilonAfter(1, { noise: 0, samplingRate: 0.5 }, 1e-5)).toBe(Number.POSITIVE_INFINITY)
  })

  it('agrees with the mechanism without sampling where nearly everybody takes part', () => {
    const [sampled, whole] = [1 - 1e-12, 1].map(samplingRate => renyiDivergence(8, { noise: 2, samplingRate }))
    expect(sampled).toBeCloseTo(whole, 9)
  })

  it('grows with the number of releases, and falls with the noise and with δ', () => {
    const epsilon = epsilonAfter(1000, release, 1e-5)
    expect(epsilonAfter(2000, release, 1e-5)).toBeGreaterThan(epsilon)
    expect(epsilonAfter(1000, { ...release, noise: 1.2 }, 1e-5)).toBeLessThan(epsilon)
    expect(epsilonAfter(1000, release, 1e-4)).toBeLessThan(epsilon)
    expect(epsilonAfter(1000, { ...release, samplingRate: 0.01 }, 1e-5)).toBeGreaterThan(epsilon)
  })

  it('finds an order for much noise as for little', () => {
    for (const noise of [0.1, 1, 10, 1000]) {
      const epsilon = epsilonAfter(1, { noise, samplingRate: 1 }, 1e-5)
      // The textbook bound for one release, √(2 ln(1.25/δ)) / σ, holds below 1; above, ours must still be of that kind.
      expect(epsilon).toBeLessThan(1.5 * (Math.sqrt(2 * Math.log(1.25e5)) / noise + 1 / (2 * noise ** 2)))
    }
  })

  it('counts a neighbour by the messages that it got', () => {
    expect(neighbourEpsilon(0, 1, 1e-5)).toBe(0)
    expect(neighbourEpsilon(4, 20, 1e-5)).toBeCloseTo(neighbourEpsilon(1, 10, 1e-5), 12)
  })
})

describe('zero-sum noise', () => {
  it('is what one of a pair adds and the other subtracts', () => {
    const shared = () => createRandom('pair')
    const [lower, higher] = [new Float64Array(20), new Float64Array(20)]
    addZeroSumNoise(lower, 3, [8], 5, shared)
    addZeroSumNoise(higher, 8, [3], 5, shared)
    expect([...lower]).toEqual(Array.from(higher, value => -value))
    expect(lower.some(value => Math.abs(value) > 1)).toBe(true)
  })

  it('asks for the stream of a pair in the same order on both sides', () => {
    const asked: (readonly number[])[] = []
    const shared = (...pair: readonly number[]) => {
      asked.push(pair)
      return createRandom(pair.join())
    }
    addZeroSumNoise(new Float64Array(1), 3, [8, 1], 1, shared)
    addZeroSumNoise(new Float64Array(1), 8, [3], 1, shared)
    expect(asked).toEqual([
      [3, 8],
      [1, 3],
      [3, 8],
    ])
  })
})
