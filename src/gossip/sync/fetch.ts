/**
 * A vector by its hash, or a peer's current parameters, piece by piece: for the seal, and for latecomers. Several
 * pieces may be asked for over one stream, one after the other.
 *
 * The current parameters are sent as they are when each frame leaves, so nobody holds a copy of a model for a peer that reads
 * slowly: the frames of a piece may be some steps apart, as the pieces of different peers are.
 *
 * @packageDocumentation
 */

import { FRAME_FLOATS, FRAME_HEADER_BYTES } from '../../parameters/constants.ts'
import { createFrameAssembler, FrameError, vectorFrames } from '../../parameters/frames.ts'
import { createParameterHasher } from '../../parameters/hash.ts'
import type { Range } from '../../parameters/range.ts'
import { norm } from '../../parameters/vectors.ts'
import { DeadlineError, ProtocolViolationError } from '../errors.ts'
import type { Timeouts } from '../pace/timeouts.ts'
import type { AbortOptions, Clock, FrameStream } from '../ports.ts'
import { REPLY_TIMEOUT_MS } from '../streams/constants.ts'
import { receive, send } from '../streams/messages.ts'
import { StreamEndedError } from '../streams/stream-errors.ts'
import { withDeadline } from '../waiting/deadline.ts'
import { SLOWEST_READ } from './constants.ts'
import { isPiece } from './pieces.ts'

/** A full frame of parameters. */
const LONGEST_FRAME_BYTES = FRAME_HEADER_BYTES + Float32Array.BYTES_PER_ELEMENT * FRAME_FLOATS

export interface FetchedVector {
  readonly vector: Float32Array
  readonly age: number
}

/** A piece as a peer sent it. */
export interface FetchedPiece {
  /** `[end − first]` */
  readonly values: Float32Array
  /** Age of the vector that it is a part of. */
  readonly age: number
  /** ‖values‖₂ */
  readonly norm: number
  /** SHA-256 of the values. */
  readonly digest: string
}

/**
 * Answers requests from the vectors that this peer holds, until the other side has none left.
 *
 * @throws ProtocolViolationError where what is asked for is no piece of the vector; DeadlineError where the other side asks for
 * nothing, or does not read
 */
export async function servePieces(
  stream: FrameStream,
  find: (hash: string | undefined) => FetchedVector | undefined,
  clock: Clock,
  timeouts: Timeouts,
  options: AbortOptions,
): Promise<void> {
  /** Milliseconds in which what was sent last has arrived at the other side, which asks then. */
  let arriving = 0
  for (;;) {
    const request = await nextRequest(stream, clock, REPLY_TIMEOUT_MS + arriving, options)
    if (request === undefined) return
    const found = find(request.hash)
    if (found === undefined) {
      await send(stream, { type: 'refuse', reason: 'no such vector here' }, options)
      return
    }
    const { vector, age } = found
    if (!isPiece(request, vector.length)) {
      throw new ProtocolViolationError(`asked for elements ${request.first} to ${request.end} of ${vector.length}`)
    }
    await send(stream, { type: 'vector', length: vector.length, age }, options)
    const hasher = createParameterHasher()
    for (const frame of vectorFrames(vector, request.first, request.end, hasher)) {
      await withDeadline(clock, timeouts.limit('frame', stream.peer), 'sending a frame', options, within =>
        stream.write(frame, within),
      )
    }
    await send(stream, { type: 'digest', hash: hasher.digest() }, options)
    arriving = (1_000 * 4 * (request.end - request.first)) / SLOWEST_READ
  }
}

async function nextRequest(stream: FrameStream, clock: Clock, milliseconds: number, options: AbortOptions) {
  try {
    return await withDeadline(clock, milliseconds, 'the request', options, within => receive(stream, 'fetch', within))
  } catch (error) {
    if (error instanceof StreamEndedError) return undefined
    throw error
  }
}

/**
 * Asks for a piece, and allocates no more than that.
 *
 * @param hash of the vector that is asked for; undefined for the current parameters
 * @param length what the recipe says that a vector has
 * @param onFrame called for every frame
 * @throws RefusedError where the peer does not hold it or is busy, DeadlineError where it is too slow, ProtocolViolationError where what
 * it sent is malformed, not finite, or not what its digest says
 */
export async function fetchPiece(
  stream: FrameStream,
  hash: string | undefined,
  piece: Range,
  length: number,
  clock: Clock,
  timeouts: Timeouts,
  onFrame: () => void,
  options: AbortOptions,
): Promise<FetchedPiece> {
  const { first, end } = piece
  const { peer } = stream
  try {
    await send(stream, { type: 'fetch', hash, first, end }, options)
    const asked = clock.now()
    const offered = await withDeadline(clock, timeouts.limit('answer', peer), 'the answer', options, within =>
      receive(stream, 'vector', within),
    )
    timeouts.took('answer', clock.now() - asked, peer)
    if (offered.length !== length) {
      throw new ProtocolViolationError(`offered ${offered.length} parameters, the recipe has ${length}`)
    }
    const assembler = createFrameAssembler(end - first, first)
    while (!assembler.done) {
      await withDeadline(clock, timeouts.limit('frame', peer), 'a frame', options, async within =>
        assembler.accept(await stream.read({ ...within, most: LONGEST_FRAME_BYTES })),
      )
      onFrame()
    }
    const { hash: digest } = await withDeadline(clock, timeouts.limit('frame', peer), 'the digest', options, within =>
      receive(stream, 'digest', within),
    )
    const values = assembler.finish(digest)
    return { values, age: offered.age, norm: norm(values), digest }
  } catch (error) {
    if (error instanceof DeadlineError) timeouts.ranOut(peer)
    throw error instanceof FrameError ? new ProtocolViolationError(error.message) : error
  }
}
