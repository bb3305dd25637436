/** Peers that average as an exchange makes them, without a network between them. */

import type { Merged } from '../../../src/gossip/coding/coding.ts'
import { type Codings, createCodings } from '../../../src/gossip/coding/codings.ts'
import { addDifference, type Difference } from '../../../src/gossip/state/difference.ts'
import { createRandom } from '../../../src/random/random.ts'

export interface CodingPeer {
  readonly id: string
  readonly parameters: Float32Array
  readonly codings: Codings
}

/** @param known what the peer starts from, as everybody does; its parameters unless they have moved since */
export function createCodingPeer(id: string, parameters: Float32Array, codec: string, known = parameters): CodingPeer {
  const moved = parameters.slice()
  parameters.set(known)
  const codings = createCodings({ parameters, random: createRandom(id), compression: codec })
  parameters.set(moved)
  return { id, parameters, codings }
}

export interface AverageOptions {
  readonly codec: string
  /** Elements of a frame. */
  readonly frame?: number
  readonly weight?: number
  /** Frames after which the exchange is cut. */
  readonly frames?: number
  /** Adds the differences, unless it is told otherwise. */
  readonly apply?: boolean
}

/** The outcome of one frame. */
export interface AveragedFrame {
  readonly offered: Uint8Array
  readonly answered: Uint8Array
  readonly merged: Merged
  readonly answer: Merged
}

let exchanges = 0

/** One exchange, from the handshake to its end on both sides. The differences are copies. */
export function average(a: CodingPeer, b: CodingPeer, options: AverageOptions): AveragedFrame[] {
  const {
    codec,
    frame = a.parameters.length,
    weight = 1 / 2,
    frames = Number.POSITIVE_INFINITY,
    apply = true,
  } = options
  const id = String(exchanges++)
  const named = a.codings.reference(b.id)
  const reference = named === b.codings.reference(a.id) ? named : undefined
  const [codingA, codingB] = [
    a.codings.open({ codec, partner: b.id, id, weight, reference }),
    b.codings.open({ codec, partner: a.id, id, weight, reference }),
  ]
  const averaged: AveragedFrame[] = []
  const { length } = a.parameters
  for (let first = 0; first < length && averaged.length < frames; first += frame) {
    const range = { first, end: Math.min(first + frame, length) }
    const most = codingA.maximumBytes(range.end - first)
    const [outA, outB] = [new Uint8Array(most), new Uint8Array(most)]
    const offered = outA.subarray(0, codingA.offer(range, a.parameters.subarray(first, range.end), outA))
    const answer = codingB.answer(range, b.parameters.subarray(first, range.end), offered, outB)
    const answered = outB.subarray(0, answer.bytes)
    const merged = codingA.merge(range, offered, answered)
    if (apply) {
      addDifference(a.parameters, merged.difference)
      addDifference(b.parameters, answer.difference)
    }
    averaged.push({ offered, answered, merged: copied(merged), answer: copied(answer) })
    codingA.settled(range)
    codingB.settled(range)
  }
  const complete = averaged.length === Math.ceil(length / frame)
  codingA.end(complete)
  codingB.end(complete)
  return averaged
}

function copied({ difference, squaredNorm }: Merged): Merged {
  const { first, values, indices } = difference
  const copy: Difference = { first, values: values.slice(), ...(indices && { indices: indices.slice() }) }
  return { difference: copy, squaredNorm }
}
