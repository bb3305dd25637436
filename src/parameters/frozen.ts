/**
 * Models of which a part is frozen. What moves is the vector that peers train, send and average; what is frozen is the same at every
 * peer from the beginning, stays where it is, and is put back wherever the whole model is asked for.
 *
 * @packageDocumentation
 */

import { createLayout, type Layout, LayoutError } from './layout.ts'

/** The part of a model that never changes. */
export interface FrozenPart {
  /** The layout of the whole model; its slots say which of them are frozen. */
  readonly layout: Layout
  /** `[frozen elements]`: weights of the frozen tensors, one after the other in the order of the layout. */
  readonly values: Float32Array
}

/** The layout of what moves: that of the whole without its frozen tensors. */
export function movingLayout(whole: Layout): Layout {
  return whole.tensors.some(({ frozen }) => frozen)
    ? createLayout(whole.tensors.filter(({ frozen }) => !frozen))
    : whole
}

/**
 * @param vector `[elements of the whole model]`
 * @returns a copy of what moves, `[moving elements]`
 * @throws LayoutError where the vector is not of this layout
 */
export function movingOf(whole: Layout, vector: Float32Array): Float32Array {
  return picked(whole, vector, false)
}

/**
 * @param vector `[elements of the whole model]`
 * @returns a copy of what is frozen, `[frozen elements]`
 * @throws LayoutError where the vector is not of this layout
 */
export function frozenOf(whole: Layout, vector: Float32Array): Float32Array {
  return picked(whole, vector, true)
}

function picked({ tensors, length }: Layout, vector: Float32Array, isFrozen: boolean): Float32Array {
  requireLength(vector.length, length, 'the whole model')
  const slots = tensors.filter(({ frozen = false }) => frozen === isFrozen)
  const result = new Float32Array(slots.reduce((sum, { size }) => sum + size, 0))
  let end = 0
  for (const { offset, size } of slots) {
    result.set(vector.subarray(offset, offset + size), end)
    end += size
  }
  return result
}

/**
 * Puts the two parts together.
 *
 * @param moving `[moving elements]`
 * @returns `[elements of the whole model]`
 * @throws LayoutError where one of them is not of this layout
 */
export function wholeOf({ layout, values }: FrozenPart, moving: Float32Array): Float32Array {
  requireLength(values.length + moving.length, layout.length, 'the whole model')
  const result = new Float32Array(layout.length)
  const ends = { moving: 0, frozen: 0 }
  for (const { offset, size, frozen } of layout.tensors) {
    const [source, part] = frozen ? ([values, 'frozen'] as const) : ([moving, 'moving'] as const)
    result.set(source.subarray(ends[part], ends[part] + size), offset)
    ends[part] += size
  }
  return result
}

function requireLength(found: number, expected: number, what: string): void {
  if (found === expected) return
  throw new LayoutError(`${what} has ${expected} elements, and ${found} were given`)
}
