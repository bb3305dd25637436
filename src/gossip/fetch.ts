/**
 * A vector by its hash, or a peer's current parameters: for the seal, and for those who come late.
 *
 * @packageDocumentation
 */

import { hashParameters } from '../parameters/hash.ts'
import { REPLY_TIMEOUT_MS, TRANSFER_TIMEOUT_MS } from './constants.ts'
import { withDeadline } from './deadline.ts'
import { OffenceError } from './errors.ts'
import { receive, send } from './messages.ts'
import type { AbortOptions, Clock, FrameStream } from './ports.ts'
import { receiveVector, sendVector } from './transfer.ts'

export interface FetchedVector {
  readonly vector: Float32Array
  readonly age: number
}

/** Answers a request from the vectors that this peer holds. */
export async function serveVector(
  stream: FrameStream,
  find: (hash: string | undefined) => FetchedVector | undefined,
  clock: Clock,
  options: AbortOptions,
): Promise<void> {
  const request = await withDeadline(clock, REPLY_TIMEOUT_MS, 'the request', options, within =>
    receive(stream, 'fetch', within),
  )
  const found = find(request.hash)
  if (found === undefined) {
    await send(stream, { type: 'refuse', reason: 'no such vector here' }, options)
    return
  }
  await send(stream, { type: 'vector', length: found.vector.length, age: found.age }, options)
  await withDeadline(clock, TRANSFER_TIMEOUT_MS, 'the transfer', options, within =>
    sendVector(stream, found.vector, within),
  )
}

/**
 * @param length what the recipe says that a vector has
 * @throws RefusedError where the peer does not hold it, OffenceError where what it sent is malformed
 */
export async function fetchVector(
  stream: FrameStream,
  hash: string | undefined,
  length: number,
  maximumNorm: number,
  clock: Clock,
  options: AbortOptions,
): Promise<FetchedVector> {
  await send(stream, { type: 'fetch', hash }, options)
  const offered = await withDeadline(clock, REPLY_TIMEOUT_MS, 'the answer', options, within =>
    receive(stream, 'vector', within),
  )
  if (offered.length !== length) {
    throw new OffenceError(`offered ${offered.length} parameters, the recipe has ${length}`)
  }
  const vector = await withDeadline(clock, TRANSFER_TIMEOUT_MS, 'the transfer', options, within =>
    receiveVector(stream, length, maximumNorm, within),
  )
  if (hash !== undefined && hashParameters(vector) !== hash) {
    throw new OffenceError('the vector that was sent is not the one that was asked for')
  }
  return { vector, age: offered.age }
}
