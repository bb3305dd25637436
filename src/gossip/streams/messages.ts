/**
 * The control messages of the streams: one JSON document a frame, validated before anything acts on it.
 *
 * @packageDocumentation
 */

import { z } from 'zod'
import { MAX_OPEN_WITH_ONE, MAX_STEPS } from '../constants.ts'
import { ProtocolViolationError, RefusedError } from '../errors.ts'
import type { AbortOptions, FrameStream } from '../ports.ts'
import { MAX_CODEC_CHARACTERS, MAX_CONTROL_BYTES, MAX_SKETCH_CHARACTERS } from './constants.ts'
import { parseJson } from './json.ts'

const exchangeId = z.string().min(1).max(64)
const hash = z.string().regex(/^[0-9a-f]{64}$/)
const steps = z.int().min(0).max(MAX_STEPS)
const ids = z.array(exchangeId).max(MAX_OPEN_WITH_ONE)
/** How many frames of an exchange are decided, or applied. */
const outcomes = z.array(z.strictObject({ id: exchangeId, frames: z.int().min(0) })).max(MAX_OPEN_WITH_ONE)
/** With more than a half, two would not come closer but change places. */
const weight = z.number().positive().max(0.5)

/**
 * The field of the recipe's message that holds its peer's version of the protocol. It stands in the recipe because peers of 0.1 refuse a
 * message with any other field; they name this one to their people as what differs.
 */
export const PROTOCOL_FIELD = 'hearsayProtocol'

/** Beside it, of a later generation, the seal from which it began. */
export const SEAL_FIELD = 'hearsaySeal'

/** The version of peers whose message names none. */
const FIRST_PROTOCOL_VERSION = 1

/** Whether it has trained all that it is to train at least: sooner than by the next announcement. */
const done = z.boolean()

/** How much its parameters count: its samples, or 1 where everybody counts alike. */
const voice = z.number().min(1).max(MAX_STEPS)

/** How far its parameters reach: in a swarm that clips, what both sides know of one another before they merge. */
const reach = z
  .strictObject({
    /** Of what it averages: little-endian float32, as base64. */
    sketch: z.string().max(MAX_SKETCH_CHARACTERS),
    /** The distance beyond which it merges with less weight. Without one it never does. */
    radius: z.number().positive().optional(),
  })
  .optional()

const schemas = {
  /** Initiator to responder: let us average these elements of the parameters. */
  propose: z.strictObject({
    type: z.literal('propose'),
    id: exchangeId,
    /** Elements of all parameters. */
    length: z.int().min(0),
    first: z.int().min(0),
    end: z.int().min(0),
    /** The largest with which it can take part; the smaller of both sides' is taken. */
    weight,
    age: steps,
    codec: z.string().max(MAX_CODEC_CHARACTERS),
    /** The exchange after which it noted what both sides then knew of one another. */
    reference: exchangeId.optional(),
    done,
    voice,
    reach,
    /** The round, where everybody averages in step. */
    round: steps.optional(),
  }),
  accept: z.strictObject({
    type: z.literal('accept'),
    weight,
    age: steps,
    reference: exchangeId.optional(),
    done,
    voice,
    reach,
  }),
  /** The hash of the vector whose frames came before. */
  digest: z.strictObject({ type: z.literal('digest'), hash }),

  /**
   * Exchanges that stand open between two peers: how far the sender decided those that it began, and the receiver's that it holds in doubt;
   * and those of the receiver's that it has given up, with how far it had applied them.
   */
  settle: z.strictObject({ type: z.literal('settle'), decisions: outcomes, doubts: ids, aborts: outcomes }),
  /**
   * The answer to `settle`: exchanges of which nothing is open here any more, because all that was decided is applied, or all that the other has
   * given up taken back; how far those in doubt were decided; those that are not done because they were given up here.
   */
  settled: z.strictObject({
    type: z.literal('settled'),
    done: ids,
    decided: outcomes,
    aborts: outcomes,
    /** Those asked about of which this side knows nothing, and has lost what it may have known with a damaged file. */
    lost: ids.optional(),
  }),
  /** Exchanges of which nothing is open here any more now. */
  applied: z.strictObject({ type: z.literal('applied'), done: ids }),

  /** Asks for elements `first` to `end` (exclusive) of the vector with this hash; without one, of the current parameters. */
  fetch: z.strictObject({
    type: z.literal('fetch'),
    hash: hash.optional(),
    first: z.int().min(0),
    end: z.int().min(0),
  }),
  /** The length of the whole; the frames that were asked for follow, and their digest. */
  vector: z.strictObject({ type: z.literal('vector'), length: z.int().min(0), age: steps }),

  /** The recipe of any version: fields that a later one adds are not looked at. */
  recipe: z.object({
    type: z.literal('recipe'),
    recipe: z
      .object({ [PROTOCOL_FIELD]: z.int().min(1).default(FIRST_PROTOCOL_VERSION), [SEAL_FIELD]: hash.optional() })
      .catchall(z.json()),
  }),
  refuse: z.strictObject({ type: z.literal('refuse'), reason: z.string().max(200) }),
}

type Messages = { [Type in keyof typeof schemas]: z.infer<(typeof schemas)[Type]> }
export type Message = Messages[keyof Messages]

export async function send(stream: FrameStream, message: Message, options: AbortOptions): Promise<void> {
  // Short buffers share memory, which is quicker than one of their own.
  await stream.write(Buffer.from(JSON.stringify(message)), options)
}

/**
 * Reads the next message, which must be of this type.
 *
 * @throws RefusedError when the other side refused instead, ProtocolViolationError when it sent anything else
 */
export async function receive<Type extends keyof Messages>(
  stream: FrameStream,
  type: Type,
  options: AbortOptions,
): Promise<Messages[Type]> {
  const frame = await stream.read({ ...options, most: MAX_CONTROL_BYTES })
  let document: unknown
  try {
    document = parseJson(frame)
  } catch (cause) {
    const what = `${frame.byteLength} bytes that are not JSON, or nested too deep`
    throw new ProtocolViolationError(`expected ${type}, got ${what}`, { cause })
  }
  const refused = type !== 'refuse' && typeOf(document) === 'refuse'
  const parsed = (refused ? schemas.refuse : schemas[type]).safeParse(document)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new ProtocolViolationError(`expected ${type}, field ${issue.path.join('.') || 'type'}: ${issue.message}`)
  }
  if (parsed.data.type === 'refuse' && refused) throw new RefusedError(parsed.data.reason)
  return parsed.data as Messages[Type]
}

function typeOf(document: unknown): unknown {
  return typeof document === 'object' && document !== null && 'type' in document ? document.type : undefined
}
