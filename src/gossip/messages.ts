/**
 * The control messages of the streams: one JSON document a frame, validated before anything acts on it.
 *
 * @packageDocumentation
 */

import { z } from 'zod'
import { MAX_CONTROL_BYTES, MAX_IN_DOUBT, MAX_STEPS } from './constants.ts'
import { OffenceError, RefusedError } from './errors.ts'
import type { AbortOptions, FrameStream } from './ports.ts'

const exchangeId = z.string().min(1).max(64)
const hash = z.string().regex(/^[0-9a-f]{64}$/)
const steps = z.int().min(0).max(MAX_STEPS)
const ids = z.array(exchangeId).max(4 * MAX_IN_DOUBT)

const schemas = {
  /** Initiator to responder: let us average. `concurrent` counts the exchanges it is in, this one included. */
  propose: z.strictObject({
    type: z.literal('propose'),
    id: exchangeId,
    length: z.int().min(0),
    concurrent: z.int().min(1),
    age: steps,
    /** Where everybody averages in step. */
    round: steps.optional(),
  }),
  accept: z.strictObject({ type: z.literal('accept'), concurrent: z.int().min(1), age: steps }),
  /** The hash of the vector whose frames came before. */
  digest: z.strictObject({ type: z.literal('digest'), hash }),
  /** Responder: I have everything, it is valid, and I can apply it even after a crash. */
  prepared: z.strictObject({ type: z.literal('prepared') }),
  /** Initiator: it is decided; I have applied it. */
  commit: z.strictObject({ type: z.literal('commit') }),
  /** Responder: I have applied it too. */
  done: z.strictObject({ type: z.literal('done') }),

  /** What stands open between us: what I decided and you may not know, what I prepared and you decide. */
  settle: z.strictObject({ type: z.literal('settle'), decisions: ids, doubts: ids }),
  /** Of what was asked: decisions that are applied here, doubts that were committed. Every other doubt was aborted. */
  settled: z.strictObject({ type: z.literal('settled'), done: ids, committed: ids }),
  /** Doubts that are applied now. */
  applied: z.strictObject({ type: z.literal('applied'), done: ids }),

  /** Asks for the vector with this hash; without one, for the current parameters. */
  fetch: z.strictObject({ type: z.literal('fetch'), hash: hash.optional() }),
  vector: z.strictObject({ type: z.literal('vector'), length: z.int().min(0), age: steps }),

  recipe: z.strictObject({ type: z.literal('recipe'), recipe: z.record(z.string(), z.json()) }),
  refuse: z.strictObject({ type: z.literal('refuse'), reason: z.string().max(200) }),
}

type Messages = { [Type in keyof typeof schemas]: z.infer<(typeof schemas)[Type]> }
export type Message = Messages[keyof Messages]

const decoder = new TextDecoder('utf-8', { fatal: true })

export async function send(stream: FrameStream, message: Message, options: AbortOptions): Promise<void> {
  // Short buffers share memory, which is quicker than one of their own.
  await stream.write(Buffer.from(JSON.stringify(message)), options)
}

/**
 * Reads the next message, which must be of this type.
 *
 * @throws RefusedError when the other side refused instead, OffenceError when it sent anything else
 */
export async function receive<Type extends keyof Messages>(
  stream: FrameStream,
  type: Type,
  options: AbortOptions,
): Promise<Messages[Type]> {
  const frame = await stream.read(options)
  if (frame.byteLength > MAX_CONTROL_BYTES) {
    throw new OffenceError(`expected ${type}, got a frame of ${frame.byteLength} bytes`)
  }
  let document: unknown
  try {
    document = JSON.parse(decoder.decode(frame))
  } catch {
    throw new OffenceError(`expected ${type}, got ${frame.byteLength} bytes that are not JSON`)
  }
  const refused = type !== 'refuse' && typeOf(document) === 'refuse'
  const parsed = (refused ? schemas.refuse : schemas[type]).safeParse(document)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new OffenceError(`expected ${type}, field ${issue.path.join('.') || 'type'}: ${issue.message}`)
  }
  if (parsed.data.type === 'refuse' && refused) throw new RefusedError(parsed.data.reason)
  return parsed.data as Messages[Type]
}

function typeOf(document: unknown): unknown {
  return typeof document === 'object' && document !== null && 'type' in document ? document.type : undefined
}
