import { createCipheriv } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chacha20Words, type Seed } from '../../../src/averaging/privacy/chacha20.ts'
import { SecureAggregationError } from '../../../src/averaging/privacy/errors.ts'
import { fromFixedPoint, toFixedPoint } from '../../../src/averaging/privacy/fixed-point.ts'
import { type MaskedRound, maskShare, sumOfShares } from '../../../src/averaging/privacy/pairwise-masks.ts'
import { UsageError } from '../../../src/errors.ts'

describe('ChaCha20', () => {
  it('gives the key stream of RFC 8439, appendix A.1, test vector 1', () => {
    const words = chacha20Words(new Uint32Array(8), [0, 0, 0], 16)
    expect(Array.from(words, word => word.toString(16).padStart(8, '0')).join(' ')).toBe(
      'ade0b876 903df1a0 e56a5d40 28bd8653 b819d2bd 1aed8da0 ccef36a8 c70d778b ' +
        '7c5941da 8d485751 3fe02477 374ad8b8 f4b8436a 1ca11815 69b687c3 8665eeb2',
    )
  })

  it('gives what the cipher of Node gives, of any seed, nonce and length', () => {
    const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 })
    const word = fc.integer({ min: 0, max: 2 ** 32 - 1 })
    fc.assert(
      fc.property(bytes, fc.tuple(word, word, word), fc.integer({ min: 0, max: 70 }), (key, nonce, length) => {
        const start = new DataView(new ArrayBuffer(16))
        nonce.forEach((value, i) => {
          start.setUint32(4 * (i + 1), value, true)
        })
        const stream = createCipheriv('chacha20', key, new Uint8Array(start.buffer)).update(new Uint8Array(4 * length))
        const words = Array.from({ length }, (_, i) => stream.readUInt32LE(4 * i))
        const seed = Uint32Array.from({ length: 8 }, (_, i) => new DataView(key.slice().buffer).getUint32(4 * i, true))
        expect([...chacha20Words(seed, nonce, length)]).toEqual(words)
      }),
      { numRuns: 50 },
    )
  })
})

describe('fixed point', () => {
  const format = { limit: 2, peers: 3 }

  it('keeps a number to within half a step', () => {
    const finite = fc.array(fc.double({ min: -2, max: 2, noNaN: true }))
    fc.assert(
      fc.property(finite, values => {
        fromFixedPoint(toFixedPoint(Float64Array.from(values), format), format).forEach((value, i) => {
          expect(Math.abs(value - values[i])).toBeLessThanOrEqual((2 * 3) / 2 ** 31)
        })
      }),
    )
  })

  it('sums negative numbers', () => {
    const [a, b] = [-1.5, 0.25].map(value => toFixedPoint(Float32Array.of(value), format))
    expect(fromFixedPoint(Uint32Array.of(a[0] + b[0]), format)[0]).toBeCloseTo(-1.25, 8)
  })

  it('cuts off what is beyond the limit', () => {
    expect([...fromFixedPoint(toFixedPoint(Float32Array.of(7, -1e30), format), format)]).toEqual([2, -2])
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses %f, and says where it is', value => {
    expect(() => toFixedPoint(Float32Array.of(0, value), format)).toThrow(
      new UsageError(`coordinate 1 is ${value}; only finite numbers can be summed securely`),
    )
  })
})

describe('masked shares', () => {
  const peers = [2, 5, 9]
  const seedOf = (a: number, b: number): Seed => new Uint32Array(8).fill(31 * Math.min(a, b) + Math.max(a, b))

  function masked(own: number, round: number): Uint32Array {
    const share = Uint32Array.of(own, 2 * own)
    maskShare(
      share,
      own,
      new Map(peers.filter(other => other !== own).map(other => [other, seedOf(own, other)])),
      round,
    )
    return share
  }

  function sum(arrived: readonly number[], revealed: MaskedRound['revealed'] = () => undefined): number[] {
    const shares = new Map(arrived.map(peer => [peer, masked(peer, 4)]))
    return [...sumOfShares({ round: 4, peers, shares, revealed })]
  }

  it('sum to what was masked', () => {
    expect(sum(peers)).toEqual([16, 32])
  })

  it('look different in every round', () => {
    expect(masked(2, 1)).not.toEqual(masked(2, 2))
    expect(masked(2, 1)).not.toEqual(masked(2, 1 + 2 ** 32))
  })

  it.each(peers)('sum to what the others masked where %i drops out and its seeds are revealed', gone => {
    const others = peers.filter(peer => peer !== gone)
    const expected = others.reduce((total, peer) => total + peer, 0)
    expect(sum(others, seedOf)).toEqual([expected, 2 * expected])
  })

  it('are not summed while a seed is missing, and the error names whose', () => {
    expect(() => sum([2, 9], survivor => (survivor === 2 ? seedOf(2, 5) : undefined))).toThrow(
      new SecureAggregationError(
        'peer 5 dropped out of round 4, and peer 9 has not revealed the seed that the two share; ask for it, or start the round again without peer 5',
      ),
    )
  })

  it('are not summed where there is one alone, which the sum would tell', () => {
    expect(() => sum([5], seedOf)).toThrow('has shares of 1 of 3 peers, and a sum needs two')
  })
})
