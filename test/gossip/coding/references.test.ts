/** The reference that two peers hold in common, and when they let it go. */

import { describe, expect, it } from 'vitest'
import { createReferenced } from '../../../src/gossip/coding/referenced.ts'
import { createReferences } from '../../../src/gossip/coding/references.ts'
import { RefusedError } from '../../../src/gossip/errors.ts'
import { addDifference } from '../../../src/gossip/state/difference.ts'
import { int8 } from '../../../src/parameters/codecs/int8.ts'
import { qsgdInBuckets } from '../../../src/parameters/codecs/qsgd.ts'
import { parseCodec } from '../../../src/parameters/codecs/registry.ts'
import { createRandom } from '../../../src/random/random.ts'
import { normalVector } from '../../parameters/codecs/vectors-to-encode.ts'
import { average, createCodingPeer } from './pair.ts'

const qsgd16 = qsgdInBuckets('qsgd:16', 16)

describe('references', () => {
  it.each([int8, qsgd16])('are the same on both sides to the last bit, exchange after exchange: $name', codec => {
    const [length, weight] = [1_009, 1 / 3]
    const sides = ['a', 'b'].map(id => ({
      parameters: normalVector(length, id),
      references: createReferences(length),
      random: createRandom(id),
    }))
    const drift = createRandom('drift')
    for (let exchange = 0; exchange < 20; exchange++) {
      const taken = sides.map(({ references }) => references.take('partner', references.named('partner')))
      expect(taken[0].vector).toEqual(taken[1].vector)
      expect(taken[0].vector.some(x => x !== 0)).toBe(exchange > 0)
      const [a, b] = sides.map(({ random, references }, k) =>
        createReferenced({
          codec,
          first: int8,
          reference: taken[k],
          weight,
          random,
          keep: () => references.keep('partner', String(exchange), taken[k]),
        }),
      )
      for (let first = 0; first < length; first += 500) {
        const range = { first, end: Math.min(first + 500, length) }
        const [outA, outB] = [new Uint8Array(a.maximumBytes(500)), new Uint8Array(b.maximumBytes(500))]
        const [ownA, ownB] = sides.map(({ parameters }) => parameters.subarray(first, range.end))
        const offered = outA.subarray(0, a.offer(range, ownA, outA))
        const answer = b.answer(range, ownB, offered, outB)
        addDifference(sides[0].parameters, a.merge(range, offered, outB.subarray(0, answer.bytes)).difference)
        addDifference(sides[1].parameters, answer.difference)
      }
      a.end(true)
      b.end(true)
      for (const { parameters } of sides) parameters[drift.integer(length)] += drift.normal()
    }
  })

  it('are those that were used last, a bounded number of them', () => {
    const references = createReferences(1)
    for (let partner = 0; partner < 8; partner++)
      references.keep(String(partner), 'x', references.take(String(partner), undefined))
    references.keep('0', 'y', references.take('0', 'x'))
    references.keep('8', 'z', references.take('8', undefined))
    expect(Array.from({ length: 9 }, (_, partner) => references.named(String(partner)))).toEqual([
      'y',
      undefined,
      ...new Array(6).fill('x'),
      'z',
    ])
  })

  it('are refused by a side that had to let go what both have named', () => {
    const references = createReferences(2)
    const reference = references.take('partner', undefined)
    reference.vector.fill(7)
    references.keep('partner', 'x', reference)
    expect(() => references.take('partner', 'y')).toThrow(RefusedError)
    expect(references.named('partner')).toBeUndefined()
  })

  it('begin anew where the two sides name different ones', () => {
    const references = createReferences(2)
    const reference = references.take('partner', undefined)
    reference.vector.fill(7)
    references.keep('partner', 'x', reference)
    expect([...references.take('partner', undefined).vector]).toEqual([0, 0])
  })
})

describe.each(['int8', 'qsgd:16'])('exchanges by %s', codec => {
  const length = 600
  const pair = () => ['a', 'b'].map(id => createCodingPeer(id, normalVector(length, id), codec))

  it('name the last one that both have finished', () => {
    const [a, b] = pair()
    expect(a.codings.reference('b')).toBeUndefined()
    average(a, b, { codec })
    const name = a.codings.reference('b')
    expect(name).toBeDefined()
    expect(b.codings.reference('a')).toBe(name)
    average(b, a, { codec })
    expect(a.codings.reference('b')).not.toBe(name)
  })

  it('name none after one that was cut', () => {
    const [a, b] = pair()
    average(a, b, { codec, frame: 256 })
    average(a, b, { codec, frame: 256, frames: 2 })
    expect(a.codings.reference('b')).toBeUndefined()
    expect(b.codings.reference('a')).toBeUndefined()
  })

  it('name none while one is under way', () => {
    const [a, b] = pair()
    average(a, b, { codec })
    const reference = a.codings.reference('b')
    const coding = a.codings.open({ codec, partner: 'b', id: 'open', weight: 1 / 2, reference })
    expect(a.codings.reference('b')).toBeUndefined()
    coding.end(true)
    expect(a.codings.reference('b')).toBe('open')
  })

  it('start over where one side has lost its reference', () => {
    const [a, b] = pair()
    average(a, b, { codec })
    const restarted = createCodingPeer('b', normalVector(length, 'c'), codec)
    average(a, restarted, { codec })
    // The error is that of int8, of numbers below 4.
    expect(Math.max(...a.parameters.map((x, i) => Math.abs(x - restarted.parameters[i])))).toBeLessThan(4 / 127)
    expect(a.codings.reference('b')).toBe(restarted.codings.reference('a'))
  })
})

describe('what travels with a reference', () => {
  it('is finer with int8, for it is only what has happened since', () => {
    const [a, b] = ['a', 'b'].map(id => createCodingPeer(id, normalVector(1_000, id), 'int8'))
    const apart = () => Math.max(...a.parameters.map((x, i) => Math.abs(x - b.parameters[i])))
    average(a, b, { codec: 'int8' })
    const roughly = apart()
    average(a, b, { codec: 'int8' })
    expect(apart()).toBeLessThan(roughly / 50)
  })

  it('is int8 of a frame that was never averaged with this partner, and qsgd of the others', () => {
    const length = 1_024
    const start = normalVector(length, 'start')
    const [a, b] = ['a', 'b'].map(id => {
      const moves = normalVector(length, id)
      return createCodingPeer(
        id,
        start.map((x, i) => x + 0.1 * moves[i]),
        'qsgd:16',
      )
    })
    const options = { codec: 'qsgd:16', frame: 512 }
    const bytes = (frames: { offered: Uint8Array }[]) => frames.map(({ offered }) => offered.length)
    const whole = parseCodec('int8').maximumBytes(512)
    expect(bytes(average(a, b, options))).toEqual([whole, whole])
    for (const second of bytes(average(a, b, options))) expect(second).toBeLessThan(whole / 2)
    // Other frames than before are new to both.
    expect(bytes(average(a, b, { ...options, frame: 768 }))).toEqual([
      parseCodec('int8').maximumBytes(768),
      parseCodec('int8').maximumBytes(256),
    ])
  })
})
