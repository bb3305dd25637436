import { type Codec, CodecError } from '../../parameters/codecs/codec.ts'
import { FrameError } from '../../parameters/frames.ts'
import type { Range } from '../../parameters/range.ts'

/** The error of a frame that cannot be decoded, which says where it begins. */
export function refusedFrame({ first }: Range, error: CodecError): FrameError {
  return new FrameError(`the frame at element ${first}: ${error.message}`)
}

/**
 * @param out takes the values of all elements of the frame
 * @throws FrameError for bytes that the codec does not write
 */
export function decodeFrame(range: Range, codec: Codec, bytes: Uint8Array, out: Float32Array): Float32Array {
  try {
    codec.decode(bytes, out)
  } catch (error) {
    throw error instanceof CodecError ? refusedFrame(range, error) : error
  }
  return out
}
