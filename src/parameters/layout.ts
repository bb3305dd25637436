import { HearsayError } from '../errors.ts'

/** One named tensor of a model. */
export interface TensorSpec {
  readonly name: string
  readonly shape: readonly number[]
  /** False for what is not learned by gradients, such as batch-norm statistics. */
  readonly trainable: boolean
  /** Set where nothing ever changes it, because its layer is frozen: it is the same at every peer, and is not sent. */
  readonly frozen?: true
}

/** One tensor's place in the flat vector. */
export interface TensorSlot extends TensorSpec {
  /** First element. */
  readonly offset: number
  /** Elements. */
  readonly size: number
}

/** How a model's tensors lie, one after the other, in one flat `Float32Array`. */
export interface Layout {
  readonly tensors: readonly TensorSlot[]
  /** Elements of the whole vector. */
  readonly length: number
}

/** Tensors that cannot lie in one vector: a name twice, or a shape that is none. */
export class LayoutError extends HearsayError {
  override readonly name = 'LayoutError'
}

/**
 * Lays tensors one after the other, in the order given.
 *
 * @throws LayoutError for a repeated name or a dimension that is not a whole number of at least 0
 */
export function createLayout(specs: readonly TensorSpec[]): Layout {
  const names = new Set<string>()
  let length = 0
  const tensors = specs.map(({ name, shape, trainable, frozen }): TensorSlot => {
    if (names.has(name)) throw new LayoutError(`two tensors are named "${name}"; every tensor needs a name of its own`)
    names.add(name)
    if (!shape.every(dimension => Number.isSafeInteger(dimension) && dimension >= 0)) {
      throw new LayoutError(
        `tensor "${name}" has shape [${shape}]; every dimension must be a whole number of at least 0`,
      )
    }
    const size = shape.reduce((product, dimension) => product * dimension, 1)
    const offset = length
    length += size
    if (!Number.isSafeInteger(length)) throw new LayoutError(`tensor "${name}" of shape [${shape}] is too large`)
    return { name, shape: [...shape], trainable, ...(frozen && { frozen }), offset, size }
  })
  return { tensors, length }
}

/** Whether vectors of the two layouts mean the same: the same tensors, in the same order, of the same shapes. */
export function sameLayout(a: Layout, b: Layout): boolean {
  return (
    a.tensors.length === b.tensors.length &&
    a.tensors.every((slot, i) => {
      const other = b.tensors[i]
      return (
        slot.name === other.name &&
        slot.trainable === other.trainable &&
        slot.frozen === other.frozen &&
        slot.shape.length === other.shape.length &&
        slot.shape.every((dimension, axis) => dimension === other.shape[axis])
      )
    })
  )
}

/** A tensor and its values, row-major. */
export interface TensorView extends TensorSlot {
  /** Shares memory with the vector it was cut from. */
  readonly data: Float32Array
}

/**
 * The tensors of a flat vector, without copying.
 *
 * @throws LayoutError when the vector's length is not the layout's
 */
export function viewTensors(layout: Layout, vector: Float32Array): TensorView[] {
  if (vector.length !== layout.length) {
    throw new LayoutError(`the vector has ${vector.length} elements, but the layout has ${layout.length}`)
  }
  return layout.tensors.map(slot => ({ ...slot, data: vector.subarray(slot.offset, slot.offset + slot.size) }))
}
