/** Frames that no honest peer sends are refused, and change nothing. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CODECS } from '../../../src/catalogue.ts'
import type { Coding } from '../../../src/gossip/coding/coding.ts'
import { createBitWriter } from '../../../src/parameters/codecs/bits.ts'
import { widthOf, writeIndices } from '../../../src/parameters/codecs/indices.ts'
import { FrameError } from '../../../src/parameters/frames.ts'
import { everyForm } from '../../every-form.ts'
import { normalVector } from '../../parameters/codecs/vectors-to-encode.ts'
import { average, createCodingPeer } from './pair.ts'

const LENGTH = 300
const RANGE = { first: 0, end: LENGTH }

/** Both sides of an exchange that has just been opened, after some others, and what they say. */
function opened(codec: string) {
  const [a, b] = ['a', 'b'].map(id => createCodingPeer(id, normalVector(LENGTH, id), codec))
  for (let exchange = 0; exchange < 2; exchange++) average(a, b, { codec })
  for (let i = 0; i < LENGTH; i++) a.parameters[i] += 0.1
  const reference = a.codings.reference('b')
  const open = (own: typeof a, partner: typeof a): Coding =>
    own.codings.open({ codec, partner: partner.id, id: 'last', weight: 1 / 2, reference })
  const [initiator, responder] = [open(a, b), open(b, a)]
  const buffer = () => new Uint8Array(initiator.maximumBytes(LENGTH))
  const [offer, out] = [buffer(), buffer()]
  const offered = offer.subarray(0, initiator.offer(RANGE, a.parameters, offer))
  return {
    offered,
    answer: (bytes: Uint8Array) => responder.answer(RANGE, b.parameters, bytes, out),
    merge: (bytes: Uint8Array) => initiator.merge(RANGE, offered, bytes),
    answered: () => out,
  }
}

const withFloat = (bytes: Uint8Array, at: number, value: number) => {
  const changed = bytes.slice()
  new DataView(changed.buffer).setFloat32(at, value, true)
  return changed
}

describe.each(everyForm(CODECS, { qsgd: [16], topk: [0.1], randk: [0.1] }))('by %s', codec => {
  function misshapen(bytes: Uint8Array): Uint8Array[] {
    const longer = new Uint8Array(bytes.length + 1)
    longer.set(bytes)
    const twice = new Uint8Array([...bytes, ...bytes])
    return [bytes.subarray(0, 0), bytes.subarray(0, 1), bytes.subarray(0, bytes.length - 1), longer, twice]
  }

  it('an offer of another length is refused', () => {
    const { offered, answer } = opened(codec)
    for (const bytes of misshapen(offered)) expect(() => answer(bytes)).toThrow(FrameError)
  })

  it('an answer of another length is refused', () => {
    const { offered, answer, answered, merge } = opened(codec)
    const { bytes } = answer(offered)
    for (const wrong of misshapen(answered().slice(0, bytes))) expect(() => merge(wrong)).toThrow(FrameError)
  })

  it('what is refused changes nothing', () => {
    const [tried, other] = [opened(codec), opened(codec)]
    expect(() => tried.answer(tried.offered.subarray(1))).toThrow(FrameError)
    const [answer, expected] = [tried.answer(tried.offered), other.answer(other.offered)]
    if (!codec.startsWith('qsgd')) expect(answer).toEqual(expected)
    const answered = tried.answered().slice(0, answer.bytes)
    expect(() => tried.merge(answered.subarray(1))).toThrow(FrameError)
    const { difference } = tried.merge(answered)
    expect(difference.values.map(d => -d + 0)).toEqual(answer.difference.values.map(d => d + 0))
  })

  it('noise is refused, or is finite and in range', () => {
    const { offered, answer, answered, merge } = opened(codec)
    const answeredBytes = answered().slice(0, answer(offered).bytes)
    const noisy = (bytes: Uint8Array) =>
      fc.array(fc.nat(8 * bytes.length - 1), { minLength: 1, maxLength: 12 }).map(bits => {
        const changed = bytes.slice()
        for (const bit of bits) changed[bit >> 3] ^= 1 << (bit & 7)
        return changed
      })
    const cases: [(bytes: Uint8Array) => ReturnType<typeof merge>, Uint8Array][] = [
      [bytes => opened(codec).answer(bytes), offered],
      [bytes => opened(codec).merge(bytes), answeredBytes],
    ]
    for (const [take, bytes] of cases) {
      fc.assert(
        fc.property(noisy(bytes), changed => {
          try {
            const { difference, squaredNorm } = take(changed)
            expect(Number.isFinite(squaredNorm)).toBe(true)
            expect(difference.values.every(Number.isFinite)).toBe(true)
            expect(difference.values.length).toBeLessThanOrEqual(LENGTH)
            for (const index of difference.indices ?? []) expect(index >= 0 && index < LENGTH).toBe(true)
          } catch (error) {
            expect(error).toBeInstanceOf(FrameError)
          }
        }),
        { numRuns: 30 },
      )
    }
  })
})

describe('a number that is not finite is refused', () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('in an offer and in an answer: %d', bad => {
    for (const codec of ['none', 'topk:0.1', 'randk:0.1']) {
      const { offered, answer, answered, merge } = opened(codec)
      expect(() => answer(withFloat(offered, offered.length - 4, bad))).toThrow(FrameError)
      const { bytes } = answer(offered)
      expect(() => merge(withFloat(answered().slice(0, bytes), 0, bad))).toThrow(FrameError)
    }
  })

  it('and so is what becomes too large with what both hold in common', () => {
    const [a, b] = ['a', 'b'].map(id => createCodingPeer(id, Float32Array.of(2e38), 'int8'))
    average(a, b, { codec: 'int8' })
    const opening = { codec: 'int8', partner: 'a', id: 'last', weight: 1 / 2, reference: b.codings.reference('a') }
    const responder = b.codings.open(opening)
    const answerTo = (scale: number, steps: number) =>
      responder.answer(
        { first: 0, end: 1 },
        b.parameters,
        withFloat(Uint8Array.of(0, 0, 0, 0, steps), 0, scale),
        new Uint8Array(responder.maximumBytes(1)),
      )
    expect(() => answerTo(2e38, 127)).toThrow(FrameError)
    expect(answerTo(2e38, -127).difference.values[0]).toBeCloseTo(-1e38, -33)
  })
})

describe('by topk', () => {
  function offerOf(indices: readonly number[], most: number, values = indices.length): Uint8Array {
    const bytes = new Uint8Array(1_000)
    const writer = createBitWriter(bytes, 0)
    writeIndices(writer, Int32Array.from(indices), indices.length, LENGTH, most)
    return bytes.slice(0, writer.finish() + 4 * values)
  }

  const thirty = Array.from({ length: 30 }, (_, i) => 10 * i)

  it('an offer as any peer writes it is answered', () => {
    expect(opened('topk:0.1').answer(offerOf(thirty, 30)).difference.indices).toEqual(Int32Array.from(thirty))
  })

  it('fewer or more elements than the fraction are refused, whatever their count says', () => {
    const { answer } = opened('topk:0.1')
    expect(() => answer(offerOf(thirty.slice(1), 30))).toThrow(FrameError)
    expect(() => answer(offerOf(thirty.slice(1), 30, 30))).toThrow(FrameError)
    expect(() => answer(offerOf([...thirty, 299], 31))).toThrow(FrameError)
    expect(() => answer(offerOf(thirty, 30, 29))).toThrow(FrameError)
    const forged = offerOf(thirty, 30)
    forged[0] |= 2 ** widthOf(30) - 1
    expect(() => answer(forged)).toThrow(FrameError)
  })

  it('an index beyond the frame is refused', () => {
    const { answer } = opened('topk:0.1')
    expect(() => answer(offerOf([...thirty.slice(0, 29), LENGTH], 30))).toThrow(FrameError)
  })
})
