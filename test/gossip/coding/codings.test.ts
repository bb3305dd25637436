/** The promises of every coding, whatever it does to a frame. */

import { describe, expect, it } from 'vitest'
import { CODECS } from '../../../src/catalogue.ts'
import type { Coding } from '../../../src/gossip/coding/coding.ts'
import { acceptsCodec, createCodings } from '../../../src/gossip/coding/codings.ts'
import { FRAME_FLOATS } from '../../../src/parameters/constants.ts'
import { norm, preciseMeanOf } from '../../../src/parameters/vectors.ts'
import { createRandom } from '../../../src/random/random.ts'
import { everyForm } from '../../every-form.ts'
import { normalVector } from '../../parameters/codecs/vectors-to-encode.ts'
import { average, type CodingPeer, createCodingPeer } from './pair.ts'

const NAMES = everyForm(CODECS, { qsgd: [16, 1], topk: [0.1, 0.01], randk: [0.1] })

/** Zeros of both signs, subnormal numbers, and what is nearly too large. */
const AWKWARD = [0, -0, 1.4e-45, -1.4e-45, 1.1e-38, -1.1e-38, 1e38, -1e38, 65_504, 65_520, 1 / 3, -1, 6e-8, 2 ** -25]

function awkwardVector(length: number, seed: number): Float32Array {
  const random = createRandom(seed)
  return Float32Array.from({ length }, () => AWKWARD[random.integer(AWKWARD.length)])
}

/** Peers whose parameters have moved from the same start. */
function peersOf(codec: string, count: number, length: number): CodingPeer[] {
  const start = normalVector(length, 'start')
  return Array.from({ length: count }, (_, k) => {
    const moves = normalVector(length, k)
    return createCodingPeer(
      `peer ${k}`,
      start.map((x, i) => x + 0.1 * moves[i]),
      codec,
      start,
    )
  })
}

function spread(peers: readonly CodingPeer[]): number {
  const mean = preciseMeanOf(peers.map(({ parameters }) => parameters))
  return Math.max(...peers.map(({ parameters }) => norm(parameters.map((x, i) => x - mean[i]))))
}

describe.each(NAMES)('a coding by %s', codec => {
  it.each([
    [1, 1],
    [2, 2],
    [255, 255],
    [1_009, 256],
    [1_009, 1_009],
    [FRAME_FLOATS, FRAME_FLOATS],
  ])('gives exact negatives to both sides, of %i elements in frames of %i', (length, frame) => {
    const vectors = [
      [normalVector(length, 1), normalVector(length, 2)],
      [awkwardVector(length, 1), awkwardVector(length, 2)],
    ]
    for (const [x, y] of length === FRAME_FLOATS ? vectors.slice(0, 1) : vectors) {
      const [a, b] = [createCodingPeer('a', x, codec), createCodingPeer('b', y, codec)]
      for (const weight of [1 / 2, 1 / 3]) {
        for (const { merged, answer } of average(a, b, { codec, frame, weight })) {
          expect(merged.difference.first).toBe(answer.difference.first)
          expect(merged.difference.indices).toEqual(answer.difference.indices)
          const { values } = merged.difference
          expect(values.every(Number.isFinite)).toBe(true)
          expect(answer.difference.values.findIndex((d, i) => d !== -values[i])).toBe(-1)
        }
      }
    }
  })

  it('writes no more bytes than it says, the first time and later', () => {
    for (const length of [1, 2, 255, 1_009]) {
      const [a, b] = peersOf(codec, 2, length)
      const most = a.codings.open({ codec, partner: 'nobody', id: 'x', weight: 1 / 2 }).maximumBytes(length)
      for (let exchange = 0; exchange < 3; exchange++) {
        const [{ offered, answered }] = average(a, b, { codec })
        expect(Math.max(offered.length, answered.length)).toBeLessThanOrEqual(most)
      }
    }
  })

  it('tells the norm of the other side, as far as it was sent', () => {
    const [a, b] = peersOf(codec, 2, 1_009)
    const [{ merged, answer, answered }] = average(a, b, { codec, apply: false })
    const heard = merged.difference.indices ?? a.parameters.map((_, i) => i)
    const sizeOf = ({ parameters }: CodingPeer) => norm(Float64Array.from(heard, i => parameters[i])) ** 2
    expect(answered.length).toBeGreaterThan(0)
    expect(merged.squaredNorm / sizeOf(b)).toBeCloseTo(1, 2)
    expect(answer.squaredNorm / sizeOf(a)).toBeCloseTo(1, 2)
  })

  it('leaves the sum of both alone but for the rounding of two additions', () => {
    const [a, b] = peersOf(codec, 2, 1_009)
    for (let exchange = 0; exchange < 5; exchange++) {
      const before = a.parameters.map((x, i) => x + b.parameters[i])
      average(a, b, { codec, frame: 256 })
      const drifted = a.parameters.findIndex((x, i) => {
        const rounding = 2 ** -23 * (Math.abs(x) + Math.abs(b.parameters[i]) + Math.abs(before[i])) + 2 ** -149
        return Math.abs(x + b.parameters[i] - before[i]) > rounding
      })
      expect(drifted).toBe(-1)
    }
  })
})

describe('without compression', () => {
  it('a difference is w (theirs − ours), rounded once', () => {
    const [x, y] = [normalVector(1_009, 1), normalVector(1_009, 2)]
    const [a, b] = [createCodingPeer('a', x, 'none'), createCodingPeer('b', y, 'none')]
    const [{ merged }] = average(a, b, { codec: 'none', weight: 1 / 3, apply: false })
    expect(merged.difference.values).toEqual(x.map((value, i) => (1 / 3) * (y[i] - value)))
  })

  it('bytes are taken from wherever they lie', () => {
    const own = normalVector(1_009, 1)
    const codings = createCodings({ parameters: own, random: createRandom(1), compression: 'none' })
    const coding = codings.open({ codec: 'none', partner: 'a', id: '1', weight: 1 / 2 })
    const range = { first: 0, end: own.length }
    const [aligned, out] = [new Uint8Array(4 * own.length), new Uint8Array(4 * own.length)]
    coding.offer(range, normalVector(own.length, 2), aligned)
    const unaligned = new Uint8Array(aligned.length + 1).subarray(1)
    unaligned.set(aligned)
    expect(coding.answer(range, own, unaligned, out)).toEqual(coding.answer(range, own, aligned, out))
  })
})

describe('averaging again and again', () => {
  /** Exchanges until a difference is a thousandth of what it was, and how much of it may be left by rounding. */
  const two: [codec: string, exchanges: number][] = [
    ['none', 1],
    ['fp16', 1],
    ['int8', 2],
    ['qsgd:16', 8],
    ['qsgd:1', 30],
    ['topk:0.1', 40],
    ['randk:0.1', 160],
  ]

  it.each(two)('brings two peers together by %s, in %i exchanges', (codec, exchanges) => {
    const peers = peersOf(codec, 2, 1_009)
    const [apart, mean] = [spread(peers), preciseMeanOf(peers.map(({ parameters }) => parameters))]
    for (let exchange = 0; exchange < exchanges; exchange++) average(peers[0], peers[1], { codec, frame: 400 })
    // Half of the numbers of fp16 lie 2⁻¹⁰ apart, which is 3 % of what the peers differ by.
    expect(spread(peers) / apart).toBeLessThan(codec === 'fp16' ? 0.01 : 1e-3)
    expectSameMean(peers, mean)
  })

  const eight: [codec: string, exchanges: number][] = [
    ['none', 150],
    ['fp16', 150],
    ['int8', 150],
    ['qsgd:16', 500],
    ['topk:0.1', 1_200],
    ['randk:0.1', 1_500],
  ]

  it.each(eight)('brings eight peers that meet at random together by %s', (codec, exchanges) => {
    const peers = peersOf(codec, 8, 150)
    const random = createRandom('who meets')
    const [apart, mean] = [spread(peers), preciseMeanOf(peers.map(({ parameters }) => parameters))]
    for (let exchange = 0; exchange < exchanges; exchange++) {
      const [a, b] = random.shuffle([...peers])
      average(a, b, { codec, frame: 100 })
    }
    expect(spread(peers) / apart).toBeLessThan(codec === 'fp16' ? 0.01 : 1e-3)
    expectSameMean(peers, mean)
  })

  function expectSameMean(peers: readonly CodingPeer[], before: Float64Array): void {
    const after = preciseMeanOf(peers.map(({ parameters }) => parameters))
    // Every exchange rounds twice, to 2⁻²⁴ of numbers that are below 4, up and down alike.
    expect(Math.max(...after.map((x, i) => Math.abs(x - before[i])))).toBeLessThan(5e-6)
  }
})

describe('the memory of differences', () => {
  function openedFor(codec: string): Coding {
    const parameters = new Float32Array(2 * FRAME_FLOATS)
    const codings = createCodings({ parameters, random: createRandom(1), compression: codec })
    return codings.open({ codec, partner: 'a', id: '1', weight: 1 / 2 })
  }

  const first = { first: 0, end: FRAME_FLOATS }
  const second = { first: FRAME_FLOATS, end: 2 * FRAME_FLOATS }

  function answered(coding: Coding, range: typeof first): Float32Array {
    const own = new Float32Array(FRAME_FLOATS)
    const [offered, out] = [
      new Uint8Array(coding.maximumBytes(own.length)),
      new Uint8Array(coding.maximumBytes(own.length)),
    ]
    const bytes = coding.offer(range, own, offered)
    return coding.answer(range, own, offered.subarray(0, bytes), out).difference.values
  }

  const samePlace = (a: Float32Array, b: Float32Array) => a.buffer === b.buffer && a.byteOffset === b.byteOffset

  it.each(['none', 'fp16', 'int8'])('is used again by %s once its frame is settled, and not before', codec => {
    const coding = openedFor(codec)
    const memory = answered(coding, first)
    expect(samePlace(answered(coding, second), memory)).toBe(false)
    coding.settled(first)
    expect(samePlace(answered(coding, first), memory)).toBe(true)
  })

  it.each(['none', 'fp16', 'int8'])('is not used again by %s where the exchange ended before', codec => {
    const parameters = new Float32Array(FRAME_FLOATS)
    const codings = createCodings({ parameters, random: createRandom(1), compression: codec })
    const open = (id: string) => codings.open({ codec, partner: 'a', id, weight: 1 / 2 })
    const cut = open('1')
    const memory = answered(cut, first)
    cut.end(false)
    expect(samePlace(answered(open('2'), first), memory)).toBe(false)
  })
})

describe('which codecs are accepted', () => {
  it('the recipe’s own, and none', () => {
    expect(['topk:0.1', 'none', 'topk:0.01', 'int8'].map(codec => acceptsCodec('topk:0.1', codec))).toEqual([
      true,
      true,
      false,
      false,
    ])
  })

  it('with auto, those that a peer chooses among', () => {
    const proposed = ['none', 'fp16', 'int8', 'topk:0.1', 'topk:0.01', 'topk:0.5', 'qsgd:16', 'auto', 'zip']
    expect(proposed.filter(codec => acceptsCodec('auto', codec))).toEqual(proposed.slice(0, 3))
  })
})
