/**
 * An announcement as bytes. Integers of any size are varints, times with fractions float32, hashes 32 bytes; all little-endian.
 *
 * ```
 *   form = 1, uint8
 *   flags, uint16: phase (3 bits), hasData, ready, done, has an interval, a pace, a run, founder, has a half time, a choice, a refusal,
 *                  a portrait; two bits that are 0
 *   sequence  every  step  age  ownSteps  partners, varints
 *   interval  pace, float32, each where the flags say so
 *   elapsed  halfTime, varints, where …
 *   choice  refuses, 32 bytes each, where …
 *   the portrait, where …: sketch, 64 float32; the number of addresses, uint8; of each its length, varint, and its UTF-8
 * ```
 *
 * Every announcement has one such form and no other, so what was decoded is encoded to the same bytes.
 *
 * @packageDocumentation
 */

import { littleEndianBytes, readLittleEndian } from '../../parameters/little-endian.ts'
import { firstNonFinite } from '../../parameters/vectors.ts'
import { MAX_STEPS } from '../constants.ts'
import type { Phase } from '../phase.ts'
import type { Portrait, Told, Word } from './announcement.ts'
import { type ByteReader, readBytes, varint } from './byte-reader.ts'
import {
  LONGEST_ANNOUNCE_INTERVAL_MS,
  MAX_ADDRESS_LENGTH,
  MAX_ADDRESSES,
  MAX_ANNOUNCEMENT_BYTES,
  MAX_RUN_MS,
  SKETCH_BUCKETS,
} from './constants.ts'

const FORM = 1
const HASH_BYTES = 32
const MOST_BYTES_OF_A_CHARACTER = 3

/** In the order of their numbers: a new one comes last. */
const PHASES: readonly Phase[] = ['waiting', 'training', 'averaging', 'sealing', 'sealed', 'left']
const PHASE_BITS = 3

/** After the phase, from the lowest bit. */
const FLAGS = [
  'hasData',
  'ready',
  'done',
  'interval',
  'pace',
  'run',
  'founder',
  'halfTime',
  'choice',
  'refuses',
  'portrait',
] as const

type Flags = Readonly<Record<(typeof FLAGS)[number], boolean>>

function flagsOf(told: Told): Flags {
  const { hasData, ready, done, interval, pace, run, choice, refuses, sketch } = told
  return {
    hasData,
    ready,
    done,
    interval: interval !== undefined,
    pace: pace !== undefined,
    run: run !== undefined,
    founder: run?.founder === true,
    halfTime: run?.halfTime !== undefined,
    choice: choice !== undefined,
    refuses: refuses !== undefined,
    portrait: sketch !== undefined,
  }
}

/** @throws RangeError for what cannot be said, such as a negative age */
export function encodeAnnouncement(told: Told): Uint8Array {
  const flags = flagsOf(told)
  const bits = FLAGS.reduce(
    (sum, flag, i) => sum + (flags[flag] ? 2 ** (PHASE_BITS + i) : 0),
    PHASES.indexOf(told.phase),
  )
  const { sequence, every, step, age, ownSteps, partners, interval, pace, run, choice, refuses } = told
  const whole = [sequence, every, step, age, ownSteps, partners, run?.elapsed, run?.halfTime]
  const [counts, times] = [whole.slice(0, 6), whole.slice(6)].map(some => some.flatMap(one => varintOf(one)))
  const parts: Uint8Array[] = [
    Uint8Array.of(FORM, bits % 256, bits >> 8, ...counts),
    littleEndianBytes(Float32Array.from([interval, pace].filter(one => one !== undefined))),
    Uint8Array.from(times),
    Buffer.from((choice ?? '') + (refuses ?? ''), 'hex'),
  ]
  if (told.sketch !== undefined) parts.push(...portraitBytes(told))
  return Buffer.concat(parts)
}

const varintOf = (value: number | undefined) => (value === undefined ? [] : varint(value))

function portraitBytes({ sketch, addresses }: Portrait): Uint8Array[] {
  const texts = addresses.map(address => Buffer.from(address))
  return [
    littleEndianBytes(sketch),
    Uint8Array.of(addresses.length),
    ...texts.flatMap(text => [Uint8Array.from(varint(text.byteLength)), text]),
  ]
}

/** Peers that share a process hear the very same bytes: announcements that one of them has decoded, the others need not. */
const decoded = new WeakMap<Uint8Array, Told>()

/** @returns undefined where the bytes, which must not change any more, are not an announcement */
export function decodeAnnouncement(bytes: Uint8Array): Told | undefined {
  if (bytes.byteLength > MAX_ANNOUNCEMENT_BYTES) return undefined
  const known = decoded.get(bytes)
  if (known !== undefined) return known
  const told = readBytes(bytes, readTold)
  if (told !== undefined) decoded.set(bytes, told)
  return told
}

function readTold(reader: ByteReader): Told {
  reader.require(reader.uint8() === FORM)
  const bits = reader.uint16()
  const phase = PHASES.at(bits % 2 ** PHASE_BITS)
  reader.require(phase !== undefined && bits < 2 ** (PHASE_BITS + FLAGS.length))
  const flags = Object.fromEntries(FLAGS.map((flag, i) => [flag, ((bits >> (PHASE_BITS + i)) & 1) === 1])) as Flags
  reader.require(flags.run || (!flags.founder && !flags.halfTime))
  const word: Word = {
    sequence: reader.varint(Number.MAX_SAFE_INTEGER),
    every: reader.varint(LONGEST_ANNOUNCE_INTERVAL_MS),
    phase: phase as Phase,
    step: reader.varint(MAX_STEPS),
    age: reader.varint(MAX_STEPS),
    ownSteps: reader.varint(MAX_STEPS),
    hasData: flags.hasData,
    ready: flags.ready,
    done: flags.done,
    partners: reader.varint(Number.MAX_SAFE_INTEGER),
    ...(flags.interval && { interval: reader.float32(MAX_RUN_MS) }),
    ...(flags.pace && { pace: reader.float32(MAX_RUN_MS) }),
    ...(flags.run && { run: readRun(reader, flags) }),
    ...(flags.choice && { choice: readHash(reader) }),
    ...(flags.refuses && { refuses: readHash(reader) }),
  }
  return flags.portrait ? { ...word, ...readPortrait(reader) } : word
}

function readRun(reader: ByteReader, { founder, halfTime }: Flags): NonNullable<Word['run']> {
  const elapsed = reader.varint(MAX_RUN_MS)
  return { elapsed, founder, ...(halfTime && { halfTime: reader.varint(MAX_RUN_MS) }) }
}

const readHash = (reader: ByteReader) => Buffer.from(reader.bytes(HASH_BYTES)).toString('hex')

function readPortrait(reader: ByteReader): Portrait {
  const bytes = reader.bytes(4 * SKETCH_BUCKETS)
  const sketch = new Float32Array(SKETCH_BUCKETS)
  readLittleEndian(bytes, sketch)
  reader.require(firstNonFinite(sketch) === -1)
  const count = reader.uint8()
  reader.require(count <= MAX_ADDRESSES)
  const addresses = Array.from({ length: count }, () => {
    const text = reader.text(reader.varint(MOST_BYTES_OF_A_CHARACTER * MAX_ADDRESS_LENGTH))
    reader.require(text.length <= MAX_ADDRESS_LENGTH)
    return text
  })
  return { sketch, addresses }
}
