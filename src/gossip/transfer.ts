import { createFrameAssembler, FrameError, vectorFrames } from '../parameters/frames.ts'
import { createParameterHasher } from '../parameters/hash.ts'
import { norm } from '../parameters/vectors.ts'
import { OffenceError } from './errors.ts'
import { receive, send } from './messages.ts'
import type { AbortOptions, FrameStream } from './ports.ts'

/** Sends a vector as frames, and its hash after them. */
export async function sendVector(stream: FrameStream, vector: Float32Array, options: AbortOptions): Promise<void> {
  const hasher = createParameterHasher()
  for (const frame of vectorFrames(vector, 0, vector.length, hasher)) await stream.write(frame, options)
  await send(stream, { type: 'digest', hash: hasher.digest() }, options)
}

/**
 * Receives a vector of a length that was agreed before, and so allocates no more than that.
 *
 * @throws OffenceError when a frame is malformed or not finite, the hash differs, or the norm is above the recipe's
 */
export async function receiveVector(
  stream: FrameStream,
  length: number,
  maximumNorm: number,
  options: AbortOptions,
): Promise<Float32Array> {
  try {
    const assembler = createFrameAssembler(length)
    while (!assembler.done) assembler.accept(await stream.read(options))
    const { hash } = await receive(stream, 'digest', options)
    const vector = assembler.finish(hash)
    const size = norm(vector)
    if (size > maximumNorm) throw new OffenceError(`norm ${size} is above the recipe's ${maximumNorm}`)
    return vector
  } catch (error) {
    throw error instanceof FrameError ? new OffenceError(error.message) : error
  }
}
