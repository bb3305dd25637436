import { FRAME_FLOATS } from '../../parameters/constants.ts'
import { SPARE_FRAMES } from './constants.ts'

/**
 * Memory for the differences of frames, used again and again: a model is thousands of frames, and memory outside of the
 * JavaScript heap would pile up between two runs of the garbage collector.
 */
export interface Spares {
  /** With whatever it held before. */
  take(length: number): Float32Array<ArrayBuffer>
  /** What {@link take} gave is nobody's any more. */
  give(values: Float32Array<ArrayBuffer>): void
}

export function createSpares(): Spares {
  const spare: ArrayBuffer[] = []
  return {
    take(length) {
      // What is much smaller than a frame costs the collector nothing.
      if (length < FRAME_FLOATS / 2) return new Float32Array(length)
      return new Float32Array(spare.pop() ?? new ArrayBuffer(4 * FRAME_FLOATS), 0, length)
    },
    give(values) {
      if (values.buffer.byteLength === 4 * FRAME_FLOATS && spare.length < SPARE_FRAMES) spare.push(values.buffer)
    },
  }
}

/** The arrays that one exchange has out, each until its frame is settled. */
export interface Lending {
  lend(first: number, length: number): Float32Array<ArrayBuffer>
  /** The frame's array comes back. */
  takeBack(first: number): void
}

/** What never comes back, because its frame stayed in doubt, is the caller's for good. */
export function createLending(spares: Spares): Lending {
  const lent = new Map<number, Float32Array<ArrayBuffer>>()
  return {
    lend(first, length) {
      const values = spares.take(length)
      lent.set(first, values)
      return values
    },
    takeBack(first) {
      const values = lent.get(first)
      if (values === undefined) return
      lent.delete(first)
      spares.give(values)
    },
  }
}
