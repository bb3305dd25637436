import type { MessageShape, RuleMessage } from '../../src/averaging/rule.ts'
import { aligned, type SharedHeap } from './shared-heap.ts'

/** Peers' messages, in slots of shared memory that every thread can read. */
export interface Messages {
  /** How many slots there are. */
  readonly slots: number
  /** Always the same object for one slot. */
  at(slot: number): RuleMessage
  /** `[slots]`: what each weighs on the wire. */
  readonly bytes: Float64Array
}

/** One for all: a swarm may have a hundred thousand slots, and each thread looks at them all in the end. */
const NO_SCALARS = new Float64Array(0)

/** Bytes that so many slots take up. */
export function messageRoom(shape: MessageShape, length: number, slots: number): number {
  return slots * (slotBytes(shape, length) + Float64Array.BYTES_PER_ELEMENT)
}

/** @param address of {@link messageRoom} bytes */
export function openMessages(
  heap: SharedHeap,
  address: number,
  shape: MessageShape,
  length: number,
  slots: number,
): Messages {
  const stride = slotBytes(shape, length)
  const vector = aligned(length * Float32Array.BYTES_PER_ELEMENT)
  // Looked at when they are needed: a thread reads a small part of a large swarm's.
  const seen: (RuleMessage | undefined)[] = new Array(slots)
  return {
    slots,
    bytes: heap.doublesAt(address + slots * stride, slots),
    at(slot) {
      const known = seen[slot]
      if (known !== undefined) return known
      const start = address + slot * stride
      const message = {
        vectors: Array.from({ length: shape.vectors }, (_, v) => heap.floatsAt(start + v * vector, length)),
        scalars: shape.scalars === 0 ? NO_SCALARS : heap.doublesAt(start + shape.vectors * vector, shape.scalars),
      }
      seen[slot] = message
      return message
    },
  }
}

function slotBytes({ vectors, scalars }: MessageShape, length: number): number {
  return vectors * aligned(length * Float32Array.BYTES_PER_ELEMENT) + aligned(scalars * Float64Array.BYTES_PER_ELEMENT)
}
