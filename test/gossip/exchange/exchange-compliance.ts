/**
 * The requirements on an exchange, whatever network carries it, of whatever size it is, however its parameters travel and wherever it is
 * interrupted.
 *
 * @packageDocumentation
 */

import { afterEach, describe, expect, test } from 'vitest'
import { parseRule, plainParts } from '../../../src/averaging/rules/registry.ts'
import { CODECS } from '../../../src/catalogue.ts'
import type { FrameStream } from '../../../src/gossip/ports.ts'
import { FRAME_FLOATS } from '../../../src/parameters/constants.ts'
import { createRandom } from '../../../src/random/random.ts'
import { everyForm } from '../../every-form.ts'
import type { ReplicaPeer, ReplicaPeerOptions } from '../replica-peer.ts'

/** Two peers that can reach one another. */
export interface Pair {
  readonly peers: readonly [ReplicaPeer, ReplicaPeer]
  /** Lets time pass until the promise has settled, and neither peer answers anything any more. */
  run<T>(promise: Promise<T>): Promise<T>
  stop(): Promise<void>
}

export interface PairOptions extends ReplicaPeerOptions {
  /** Stands around every stream of an exchange, at both ends. */
  readonly decorate?: (stream: FrameStream) => FrameStream
}

export type CreatePair = (vectors: readonly [Float32Array, Float32Array], options: PairOptions) => Promise<Pair>

const NAMES = everyForm(CODECS, { qsgd: [255], topk: [0.01], randk: [0.1] })

/** Elements: nothing, one, less than a block of int8, about a full frame, a prime of several frames. */
const SIZES = [0, 1, 255, FRAME_FLOATS - 1, FRAME_FLOATS, FRAME_FLOATS + 1, 199_999]

/** The rounding of each of the additions of an element, two and two that are taken back, by half a unit in the last place. */
const ROUNDING = 2 ** -23

const LONGEST = 4 * FRAME_FLOATS
const drawn = [1, 2].map(seed => {
  const random = createRandom(seed)
  return Float32Array.from({ length: LONGEST }, () => random.normal())
})
const vectorsOf = (length: number): [Float32Array, Float32Array] => [
  drawn[0].subarray(0, length),
  drawn[1].subarray(0, length),
]

/** The first element whose sum over both has changed by more than rounding; -1 where there is none. */
function firstMoved(before: readonly [Float32Array, Float32Array], [a, b]: Pair['peers']): number {
  const [x, y] = [a.replica.parameters, b.replica.parameters]
  return x.findIndex((value, i) => {
    const [p, q] = [before[0][i], before[1][i]]
    const scale = Math.abs(p) + Math.abs(q) + Math.abs(value) + Math.abs(y[i])
    return Math.abs(value + y[i] - (p + q)) > ROUNDING * scale
  })
}

function openBetween([a, b]: Pair['peers']): number {
  return [a, b].reduce((sum, { replica: { ledger } }) => {
    const { decisions, doubts, aborts = [] } = ledger.durable()
    return sum + decisions.length + doubts.length + aborts.length
  }, 0)
}

/** Every frame that was added on one side was added on the other, with the opposite sign. */
function requireOpposites([a, b]: Pair['peers']): void {
  expect(a.added.map(({ first }) => first)).toEqual(b.added.map(({ first }) => first))
  for (const [i, { values, indices }] of a.added.entries()) {
    // Zeros may have either sign where there was no difference.
    expect(values.findIndex((value, at) => value + b.added[i].values[at] !== 0)).toBe(-1)
    expect(b.added[i].indices).toEqual(indices)
  }
}

/** Each has merged so much as it is old, of what both were; or neither has anything of the other's. */
function requireMeanByAge(
  before: readonly [Float32Array, Float32Array],
  [a, b]: Pair['peers'],
  ages: readonly number[],
): void {
  expect(a.added.map(({ first }) => first)).toEqual(b.added.map(({ first }) => first))
  const merged = new Set(a.added.flatMap(({ first, values }) => [...values.keys()].map(i => first + i)))
  const wrong = before[0].findIndex((x, i) => {
    const mean = (ages[0] * x + ages[1] * before[1][i]) / (ages[0] + ages[1])
    const expected = merged.has(i) ? [mean, mean] : [x, before[1][i]]
    const scale = Math.abs(x) + Math.abs(before[1][i])
    return [a, b].some(({ replica }, side) => Math.abs(replica.parameters[i] - expected[side]) > ROUNDING * scale)
  })
  expect(wrong).toBe(-1)
}

/** Breaks the stream when so many of its messages have been read, at whichever end. */
function breaksAt(at: number): { decorate: (stream: FrameStream) => FrameStream; messages: () => number } {
  let messages = 0
  return {
    messages: () => messages,
    decorate: stream => ({
      ...stream,
      async read(options) {
        const frame = await stream.read(options)
        if (messages++ !== at) return frame
        const reason = new Error('interrupted')
        stream.abort(reason)
        throw reason
      },
    }),
  }
}

export function exchangeCompliance(driver: string, createPair: CreatePair): void {
  describe(`an exchange over ${driver}`, () => {
    const pairs: Pair[] = []
    async function pairOf(length: number, options: PairOptions) {
      const before = vectorsOf(length)
      const pair = await createPair(before, options)
      pairs.push(pair)
      return { before, pair }
    }

    async function settle({ peers: [a, b], run }: Pair): Promise<void> {
      if (a.engagements.outstanding(b.name)) await run(a.settleWith(b))
      if (b.engagements.outstanding(a.name)) await run(b.settleWith(a))
    }

    afterEach(async () => {
      await Promise.all(pairs.splice(0).map(pair => pair.stop()))
    })

    test.for(SIZES.flatMap(size => NAMES.map(codec => ({ size, codec }))))(
      'of $size elements by $codec keeps their sum and leaves nothing open',
      async ({ size, codec }) => {
        const { before, pair } = await pairOf(size, { codec })
        const [a, b] = pair.peers
        await pair.run(a.average(b))
        await pair.run(b.average(a))
        requireOpposites(pair.peers)
        expect([firstMoved(before, pair.peers), openBetween(pair.peers)]).toEqual([-1, 0])
        expect(a.added.length).toBe(2 * Math.ceil(size / FRAME_FLOATS))
      },
    )

    test.for(NAMES)('by %s that is interrupted at any message is a shorter one', async codec => {
      const size = FRAME_FLOATS + 7
      const whole = breaksAt(Number.POSITIVE_INFINITY)
      const { pair: uncut } = await pairOf(size, { codec, decorate: whole.decorate })
      await uncut.run(uncut.peers[0].average(uncut.peers[1]))
      const lengths = new Set<number>()
      for (let at = 0; at < whole.messages(); at++) {
        const { before, pair } = await pairOf(size, { codec, decorate: breaksAt(at).decorate })
        const [a, b] = pair.peers
        await pair.run(a.average(b).catch(() => {}))
        await settle(pair)
        requireOpposites(pair.peers)
        expect([firstMoved(before, pair.peers), openBetween(pair.peers)], `interrupted at ${at}`).toEqual([-1, 0])
        lengths.add(a.added.length)
        await pair.stop()
      }
      // None, some of the frames, and all of them, though the last word was lost.
      expect(lengths.size).toBeGreaterThanOrEqual(3)
    })

    test.for(NAMES)(
      'by %s that is interrupted at any message, and given up, is taken back as far as it is not on both sides',
      async codec => {
        const size = FRAME_FLOATS + 7
        const whole = breaksAt(Number.POSITIVE_INFINITY)
        const { pair: uncut } = await pairOf(size, { codec, decorate: whole.decorate })
        await uncut.run(uncut.peers[0].average(uncut.peers[1]))
        let returned = 0
        for (let at = 0; at < whole.messages(); at++) {
          const { before, pair } = await pairOf(size, { codec, decorate: breaksAt(at).decorate })
          const [a, b] = pair.peers
          await pair.run(a.average(b).catch(() => {}))
          b.giveUp(a)
          await settle(pair)
          expect([firstMoved(before, pair.peers), openBetween(pair.peers)], `interrupted at ${at}`).toEqual([-1, 0])
          returned += a.added.length - b.added.length
          await pair.stop()
        }
        expect(returned).toBeGreaterThan(0)
      },
    )

    test('by the rule gossip ends for both at their mean by age, frame by frame, wherever it is interrupted', async () => {
      const { share } = parseRule('gossip', plainParts).live ?? {}
      const ages = [1, 3]
      async function exchanged(at: number) {
        const { decorate, messages } = breaksAt(at)
        const { before, pair } = await pairOf(FRAME_FLOATS + 7, { share, decorate })
        pair.peers.forEach(({ replica }, side) => {
          replica.age = ages[side]
        })
        await pair.run(pair.peers[0].average(pair.peers[1]).catch(() => {}))
        await settle(pair)
        requireMeanByAge(before, pair.peers, ages)
        expect(openBetween(pair.peers)).toBe(0)
        const frames = pair.peers[0].added.length
        expect(pair.peers.map(({ replica }) => replica.age)).toEqual(frames === 0 ? ages : [3, 3])
        await pair.stop()
        return { frames, messages: messages() }
      }
      const { frames, messages } = await exchanged(Number.POSITIVE_INFINITY)
      expect(frames).toBe(2)
      const lengths = new Set<number>()
      for (let at = 0; at < messages; at++) lengths.add((await exchanged(at)).frames)
      expect([...lengths].sort()).toEqual([0, 1, 2])
    })
  })
}
