/**
 * Memory for the frames that are under way, where WebAssembly reaches it: what lies here is worked on where it is, and what
 * lies elsewhere is copied here first, block by block, so where anything lies changes how long it takes and nothing else.
 *
 * All of this process's exchanges share one such memory. Rooms in it are lent, and used again when they come back: a model is
 * thousands of frames, and memory outside of the JavaScript heap would pile up between two runs of the garbage collector.
 * A room that never comes back, as those of an exchange that was cut, is its holder's for good. When none is left there is
 * a new memory, and the old one lives as long as somebody holds a part of it.
 *
 * @packageDocumentation
 */

import { FRAME_FLOATS, FRAME_ROOMS, STAGED_BYTES } from './constants.ts'
import { type FrameKernels, frameKernels } from './kernels/frame-kernels.ts'
import { nativeOrder } from './little-endian.ts'
import type { Range } from './range.ts'

/**
 * A full frame and its headers. No power of two: what begins at the same place of every page of memory competes for the same
 * places in the processor's cache.
 */
const ROOM_BYTES = 4 * FRAME_FLOATS + 320

/**
 * Less is left to the JavaScript heap, where it costs the garbage collector little: in a simulation, small models are many. The
 * kernels are faster from about 128 floats on, by a microsecond or two for as many as these.
 */
const SMALLEST_BYTES = 16_384

const PAGE_BYTES = 65_536

/** A memory: three places to stage in, one after the other, and the rooms behind them. */
interface FrameMemory {
  readonly buffer: ArrayBuffer
  readonly kernels: FrameKernels
  /** Addresses of rooms that are nobody's; the one that came back last, which the cache may still hold, is lent first. */
  readonly free: number[]
}

/** As much as stays in the cache while it is read again. */
const SKETCHED_FLOATS = 16_384

const ARRIVED = 0
const [STAGE, OTHER_STAGE] = [STAGED_BYTES, 2 * STAGED_BYTES]

const memories = new WeakMap<ArrayBufferLike, FrameMemory>()
let current: FrameMemory | undefined

function createFrameMemory(): FrameMemory {
  const pages = Math.ceil((3 * STAGED_BYTES + FRAME_ROOMS * ROOM_BYTES) / PAGE_BYTES)
  // It never grows: all views of it would lose their memory. Pages that nobody has written to take none.
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
  const free = Array.from({ length: FRAME_ROOMS }, (_, i) => 3 * STAGED_BYTES + (FRAME_ROOMS - 1 - i) * ROOM_BYTES)
  // One thread's, so it is no SharedArrayBuffer.
  const created = { buffer: memory.buffer as ArrayBuffer, kernels: frameKernels(memory), free }
  memories.set(created.buffer, created)
  return created
}

function currentMemory(): FrameMemory {
  current ??= createFrameMemory()
  return current
}

/** The memory in which kernels can work on these values; none on a big-endian machine, as WebAssembly is little-endian. */
function memoryOf(values: Float32Array): FrameMemory | undefined {
  return nativeOrder ? memories.get(values.buffer) : undefined
}

/** Lends a room of so many bytes, with whatever they held before, four-byte aligned. */
export function leaseBuffer(bytes: number): Uint8Array<ArrayBuffer> {
  if (bytes < SMALLEST_BYTES || bytes > ROOM_BYTES) return new Uint8Array(bytes)
  if (currentMemory().free.length === 0) current = createFrameMemory()
  const { buffer, free } = currentMemory()
  return new Uint8Array(buffer, free.pop(), bytes)
}

/** Returns a room of {@link leaseBuffer} to the pool. @param room all of it, as an array of any type */
export function releaseBuffer({ buffer, byteOffset }: ArrayBufferView): void {
  if (buffer === current?.buffer) current.free.push(byteOffset)
}

/**
 * Copies what has arrived to where it can be worked on.
 *
 * @param bytes at most {@link STAGED_BYTES}
 * @returns the copy, which the next call overwrites
 */
export function arrive(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const arrived = new Uint8Array(currentMemory().buffer, ARRIVED, bytes.length)
  arrived.set(bytes)
  return arrived
}

/** The checksum of `kernels/assembly/frames.ts`. @param bytes at most {@link STAGED_BYTES} @returns an unsigned 32-bit integer */
export function checksum(bytes: Uint8Array): number {
  const memory = memories.get(bytes.buffer) ?? currentMemory()
  return memory.kernels.checksum(placed(memory, bytes, STAGE), bytes.length) >>> 0
}

/**
 * out = w (theirs − own), each element rounded once, where `out` lies in a room.
 *
 * @param own as long as `out`
 * @param theirs as long as `out`
 * @returns Σ theirs², or undefined where `out` lies elsewhere; then nothing was done
 */
export function differenceInRoom(
  own: Float32Array,
  theirs: Float32Array,
  weight: number,
  out: Float32Array,
): number | undefined {
  const memory = memoryOf(out)
  if (memory === undefined) return undefined
  const from = placed(memory, own, STAGE)
  const to = placed(memory, theirs, OTHER_STAGE)
  return memory.kernels.difference(from, to, weight, out.byteOffset, out.length)
}

/** Σ x², where `x` lies in a room; undefined where it lies elsewhere. */
export function squaresInRoom(x: Float32Array): number | undefined {
  return memoryOf(x)?.kernels.squares(x.byteOffset, x.length)
}

/**
 * target ← target + x, each element rounded once, where `x` lies in a room.
 *
 * @param target as long as `x`
 * @returns whether it does; otherwise nothing was done
 */
export function addFromRoom(target: Float32Array, x: Float32Array): boolean {
  const memory = memoryOf(x)
  if (memory === undefined) return false
  const { buffer, kernels } = memory
  const address = placed(memory, target, STAGE)
  kernels.add(address, x.byteOffset, x.length)
  if (target.buffer !== buffer) target.set(new Float32Array(buffer, address, target.length))
  return true
}

/** What decides where each element of a vector goes in its sketch: see `averaging/sketch.ts`. */
export interface SketchKeys {
  readonly buckets: number
  /** Unsigned 32-bit; of the places, and of the signs. */
  readonly key: number
  readonly signKey: number
}

/** The sums of a count sketch of these elements of a vector, in float64; undefined where plain JavaScript is as quick, or the machine big-endian. */
export function sketchSums(vector: Float32Array, { first, end }: Range, keys: SketchKeys): Float64Array | undefined {
  if (!nativeOrder || 4 * (end - first) < SMALLEST_BYTES) return undefined
  const memory = currentMemory()
  const { buckets, key, signKey } = keys
  const sums = new Float64Array(memory.buffer, OTHER_STAGE, buckets).fill(0)
  for (let from = first; from < end; from += SKETCHED_FLOATS) {
    const part = vector.subarray(from, Math.min(end, from + SKETCHED_FLOATS))
    memory.kernels.sketch(placed(memory, part, STAGE), from, part.length, buckets, key, signKey, sums.byteOffset)
  }
  return sums.slice()
}

/** @returns the address at which this lies, after it was copied there if need be */
function placed({ buffer }: FrameMemory, values: Float32Array | Uint8Array, stage: number): number {
  if (values.buffer === buffer) return values.byteOffset
  if (values instanceof Float32Array) new Float32Array(buffer, stage, values.length).set(values)
  else new Uint8Array(buffer, stage, values.length).set(values)
  return stage
}
