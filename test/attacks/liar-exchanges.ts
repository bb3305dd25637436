/**
 * Exchanges as a liar takes part in them, message by message: models of these swarms fit into one frame, and travel as they are.
 *
 * @packageDocumentation
 */

import { BODY_OFFSET, decodeFrameMessage, encodeMark, sealFrame } from '../../src/gossip/exchange/frame-message.ts'
import type { FrameStream } from '../../src/gossip/ports.ts'
import { receive, send } from '../../src/gossip/streams/messages.ts'
import { leaseBuffer } from '../../src/parameters/frame-memory.ts'
import { littleEndianBytes, littleEndianValues } from '../../src/parameters/little-endian.ts'
import { type Liar, never } from './liar.ts'

const HALF = 0.5

function frameOf(vector: Float32Array, settled: number): Uint8Array {
  const memory = leaseBuffer(BODY_OFFSET + vector.byteLength)
  memory.set(littleEndianBytes(vector), BODY_OFFSET)
  return sealFrame(memory, settled, 0, vector.byteLength)
}

async function readFrame(stream: FrameStream): Promise<Float32Array> {
  const { frame } = decodeFrameMessage(await stream.read(never))
  if (frame === undefined) throw new Error('a mark, where a frame was expected')
  return littleEndianValues(frame.body, new Float32Array(frame.body.byteLength / 4)).slice()
}

/**
 * Takes part in an exchange that another has begun, to its end.
 *
 * @param reply this one's parameters, once the other has said its own
 */
export async function completeAnswer(
  stream: FrameStream,
  age: number,
  reply: (theirs: Float32Array) => Float32Array,
): Promise<void> {
  await receive(stream, 'propose', never)
  await send(stream, { type: 'accept', weight: HALF, age, done: false, voice: 1 }, never)
  const theirs = await readFrame(stream)
  await stream.write(frameOf(reply(theirs), 0), never)
  const { settled } = decodeFrameMessage(await stream.read(never))
  await stream.write(encodeMark(settled), never)
  await stream.close(never)
}

/** Completes every exchange that others begin, and moves nobody by it. */
export function agreeToAll(liar: Liar, age: () => number): void {
  liar.answer('exchange', stream => completeAnswer(stream, age(), theirs => theirs))
}

export interface Proposal {
  readonly id: string
  readonly length: number
  readonly age: number
  readonly round?: number
}

/** Proposes an exchange. @throws where the other refuses */
export async function propose(stream: FrameStream, { length, ...proposal }: Proposal): Promise<void> {
  const terms = { length, first: 0, end: length, weight: HALF, codec: 'none', done: false, voice: 1 }
  await send(stream, { type: 'propose', ...terms, ...proposal }, never)
  await receive(stream, 'accept', never)
}

/** Offers a vector after {@link propose}, and has the answer, which stands in doubt there until the decision is told. */
export async function offer(stream: FrameStream, vector: Float32Array): Promise<Float32Array> {
  await stream.write(frameOf(vector, 0), never)
  return await readFrame(stream)
}
