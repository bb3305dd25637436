/**
 * Test counts as a vector that averaging sums: whole numbers in digits, and beside them with which weights the peers are in it.
 *
 * @packageDocumentation
 */

import { createHash } from 'node:crypto'
import { MAX_MEMBERS } from '../gossip/constants.ts'
import type { PeerId } from '../gossip/ports.ts'
import { type CountsShape, countsFrom, noCounts, type TestCounts, wholeNumbersOf } from '../worth/counts.ts'
import {
  COUNT_DIGITS,
  DIGIT_BITS,
  LOSS_DIGITS,
  MOST_APART,
  MOST_CLASSES,
  MOST_OFF,
  MOST_OUTPUTS,
  SLOTS,
  TABLES,
  VALUE_DIGITS,
} from './constants.ts'

/** What one peer brings. */
export interface OwnCounts {
  readonly peer: PeerId
  /** Undefined of a peer that has no part: it takes what the others have counted. */
  readonly counts: TestCounts | undefined
  /** Members that have sealed, as far as this peer has seen. */
  readonly members: number
}

/** What a vector says, where it is the average of all that are in it. */
export interface SummedCounts {
  readonly counts: TestCounts
  /** Members whose counts these are. */
  readonly members: number
  /** Members that have sealed, as the most of them have seen it. */
  readonly of: number
  /** Whether one that was expected is in it, with counts or without. */
  readonly holds: (peer: PeerId) => boolean
}

const DIGIT_VALUES = 2 ** DIGIT_BITS
const DIGIT_MASK = BigInt(DIGIT_VALUES - 1)

/** Digits of the numbers before the counts: how many have a part, and Σ of the members that each has seen. */
const HEADER: readonly number[] = [COUNT_DIGITS, COUNT_DIGITS]

/** Whether counts of this shape are averaged in one frame. */
export function isCountable(shape: CountsShape): boolean {
  return shape.kind === 'classes' ? shape.classes <= MOST_CLASSES : shape.outputs <= MOST_OUTPUTS
}

/** `[numbers]`: digits of each whole number. */
function digitsOf(shape: CountsShape): number[] {
  const numbers = wholeNumbersOf(noCounts(shape)).length
  const rest: number = shape.kind === 'classes' ? COUNT_DIGITS : VALUE_DIGITS
  const counts = Array.from({ length: numbers }, (_, i) => (i === 0 ? COUNT_DIGITS : rest))
  if (shape.kind === 'classes') counts[1] = LOSS_DIGITS
  return [...HEADER, ...counts]
}

/** Coordinates of a vector. */
export function lengthOf(shape: CountsShape): number {
  return TABLES * SLOTS + digitsOf(shape).reduce((sum, digits) => sum + digits, 0)
}

/** The norm that no vector of this shape has. */
export function mostNorm(shape: CountsShape): number {
  return DIGIT_VALUES * Math.sqrt(lengthOf(shape))
}

/** A peer's place in each table. */
function placesOf(peer: PeerId): number[] {
  const hash = createHash('sha256').update(peer).digest()
  return Array.from({ length: TABLES }, (_, table) => table * SLOTS + (hash.readUInt32LE(4 * table) % SLOTS))
}

/**
 * A number's digits, the lowest first; of a negative number all are negative, so that digits add up as their numbers do.
 *
 * @throws RangeError where it has more digits
 */
function* digits(number: bigint, count: number): Generator<number> {
  const sign = number < 0n ? -1 : 1
  let rest = number < 0n ? -number : number
  for (let digit = 0; digit < count; digit++) {
    yield sign * Number(rest & DIGIT_MASK)
    rest >>= BigInt(DIGIT_BITS)
  }
  if (rest > 0n) throw new RangeError(`a count of ${number} has more than ${count} digits of ${DIGIT_BITS} bits`)
}

/** The vector with which a peer begins. */
export function encodeCounts(shape: CountsShape, { peer, counts, members }: OwnCounts): Float32Array {
  const vector = new Float32Array(lengthOf(shape))
  for (const place of placesOf(peer)) vector[place] = 1
  const part = counts !== undefined
  const numbers = [part ? 1n : 0n, part ? BigInt(members) : 0n, ...wholeNumbersOf(counts ?? noCounts(shape))]
  let next = TABLES * SLOTS
  for (const [i, size] of digitsOf(shape).entries()) {
    for (const digit of digits(numbers[i], size)) vector[next++] = digit
  }
  return vector
}

/** Reads vectors of counts, for one that knows who may be in them. */
export interface CountsReader {
  /** This peer may be in a vector: weights of 1/4, 1/4 and 1/2 are not those of four peers, where there are three. */
  expect(peer: PeerId): void
  /**
   * The sum over all peers that are in a vector; undefined where it is not their average yet, or never will be because one of them has
   * taken some of its counts with it. All that are in it must have been expected.
   */
  read(vector: Float32Array): SummedCounts | undefined
  /** The same of a vector that was sealed, in which there may be others that are gone: those must have a place to themselves in one table. */
  readSealed(vector: Float32Array): SummedCounts | undefined
}

export function createCountsReader(shape: CountsShape): CountsReader {
  const sizes = digitsOf(shape)
  const places = new Map<PeerId, readonly number[]>()
  /** `[TABLES * SLOTS]`: expected peers that have each place. */
  const owners = new Uint16Array(TABLES * SLOTS)

  /**
   * How many peers are in a vector, all with the same weight; undefined where the weights differ.
   *
   * @param tables in so many no place may be that of more peers than are known to have it
   */
  function peersIn(vector: Float32Array, tables: number): number | undefined {
    // A place that is one peer's has the smallest weight; in one of the tables there is such a place.
    let smallest = 1
    for (let place = 0; place < TABLES * SLOTS; place++) {
      if (vector[place] > 0 && vector[place] < smallest) smallest = vector[place]
    }
    const peers = Math.round(1 / smallest)
    if (peers > MAX_MEMBERS) return undefined
    const tolerance = MOST_APART / (peers * (DIGIT_VALUES - 1))
    let clear = 0
    for (let first = 0; first < TABLES * SLOTS; first += SLOTS) {
      let all = 0
      let isClear = true
      for (let place = first; place < first + SLOTS; place++) {
        const weight = peers * vector[place]
        const here = Math.round(weight)
        if (!(Math.abs(weight - here) <= tolerance * Math.max(1, here))) return undefined
        if (here > Math.max(1, owners[place])) isClear = false
        all += here
      }
      if (all !== peers) return undefined
      if (isClear) clear++
    }
    return clear >= tables ? peers : undefined
  }

  function sumOf(vector: Float32Array, peers: number | undefined): SummedCounts | undefined {
    if (peers === undefined) return undefined
    const numbers: bigint[] = []
    let next = TABLES * SLOTS
    for (const size of sizes) {
      let number = 0n
      for (let digit = 0; digit < size; digit++) {
        const sum = peers * vector[next++]
        const whole = Math.round(sum)
        if (!(Math.abs(sum - whole) <= MOST_OFF)) return undefined
        number += BigInt(whole) << BigInt(digit * DIGIT_BITS)
      }
      numbers.push(number)
    }
    const [members, seen, ...counted] = numbers
    if (members < 1n) return undefined
    return {
      counts: countsFrom(shape, counted),
      members: Number(members),
      of: Math.max(Number(members), Math.round(Number(seen) / Number(members))),
      holds: peer => places.get(peer)?.every(place => vector[place] > 0) === true,
    }
  }

  return {
    expect(peer) {
      if (places.has(peer)) return
      const own = placesOf(peer)
      places.set(peer, own)
      for (const place of own) owners[place]++
    },
    read(vector) {
      const peers = peersIn(vector, TABLES)
      return peers !== undefined && peers <= places.size ? sumOf(vector, peers) : undefined
    },
    readSealed: vector => sumOf(vector, peersIn(vector, 1)),
  }
}
