import { z } from 'zod'
import { littleEndianBytes, readLittleEndian } from '../../parameters/little-endian.ts'
import { firstNonFinite } from '../../parameters/vectors.ts'
import { MAX_STEPS } from '../constants.ts'
import { parseJson } from '../streams/json.ts'
import {
  LONGEST_ANNOUNCE_INTERVAL_MS,
  MAX_ADDRESS_LENGTH,
  MAX_ADDRESSES,
  MAX_ANNOUNCEMENT_BYTES,
  MAX_RUN_MS,
  SKETCH_BUCKETS,
} from './constants.ts'

const hash = z.string().regex(/^[0-9a-f]{64}$/)

const steps = z.int().min(0).max(MAX_STEPS)
const milliseconds = z.number().min(0).max(MAX_RUN_MS)

const announcementSchema = z.strictObject({
  /** Grows with every announcement of a peer, over restarts too: the larger one is the newer. */
  sequence: z.int().min(0),
  /** The usual time from one announcement of this peer to its next, in milliseconds: by that others know when it has fallen silent. */
  every: z.int().min(0).max(LONGEST_ANNOUNCE_INTERVAL_MS),
  phase: z.enum(['waiting', 'training', 'averaging', 'sealing', 'sealed', 'left']),
  /** The run's step, as its schedule counts. */
  step: steps,
  age: steps,
  /** Local steps that this peer has trained on its own data. */
  ownSteps: steps,
  /** Whether it has data of its own to train on. */
  hasData: z.boolean(),
  /** Whether it counts as many members as the recipe asks for before anybody trains. */
  ready: z.boolean(),
  /** Whether it has trained all that it is to train at least; it may train on for others. */
  done: z.boolean(),
  /** With how many distinct others it has averaged: of how many peers its parameters come, but for one. */
  partners: z.int().min(0),
  /** The usual duration of an interval of training, the averaging after it aside, in milliseconds; unknown before a few were measured. */
  interval: milliseconds.optional(),
  /** The usual duration of a local step, in milliseconds; unknown before a few intervals were measured. */
  pace: milliseconds.optional(),
  /** The run's times, once the peer has begun: since when the swarm trains, and how long half of those that began took, in milliseconds. */
  run: z
    .strictObject({
      elapsed: milliseconds,
      /** Whether it was there when the training began. */
      founder: z.boolean(),
      halfTime: milliseconds.optional(),
    })
    .optional(),
  sketch: z.string().transform((text, context) => {
    const bytes = Buffer.from(text, 'base64')
    if (bytes.byteLength !== 4 * SKETCH_BUCKETS || bytes.toString('base64') !== text) {
      context.addIssue(`a sketch is ${4 * SKETCH_BUCKETS} bytes in base64`)
      return z.NEVER
    }
    const sketch = new Float32Array(SKETCH_BUCKETS)
    readLittleEndian(bytes, sketch)
    if (firstNonFinite(sketch) !== -1) context.addIssue('a sketch is finite')
    return sketch
  }),
  /** While sealing and after: the hash of the vector that this peer takes for the swarm's. */
  choice: hash.optional(),
  /** The hash of a vector that was proposed and lies too far from this peer's own. */
  refuses: hash.optional(),
  addresses: z.array(z.string().max(MAX_ADDRESS_LENGTH)).max(MAX_ADDRESSES),
})

/** The state of a peer that it tells everybody, about once a second; in a large swarm less often. */
export type Announcement = Omit<z.infer<typeof announcementSchema>, 'sketch'> & { readonly sketch: Float32Array }

export function encodeAnnouncement(announcement: Announcement): Uint8Array {
  const sketch = Buffer.from(littleEndianBytes(announcement.sketch)).toString('base64')
  return Buffer.from(JSON.stringify({ ...announcement, sketch }))
}

/** Peers that share a process hear the very same bytes: announcements that one of them has validated, the others need not. */
const validated = new WeakMap<Uint8Array, Announcement>()

/** @returns undefined where the bytes, which must not change any more, are not an announcement */
export function decodeAnnouncement(bytes: Uint8Array): Announcement | undefined {
  if (bytes.byteLength > MAX_ANNOUNCEMENT_BYTES) return undefined
  const known = validated.get(bytes)
  if (known !== undefined) return known
  try {
    const announcement = announcementSchema.parse(parseJson(bytes))
    validated.set(bytes, announcement)
    return announcement
  } catch {
    return undefined
  }
}
