import { addFromRoom } from '../../parameters/frame-memory.ts'
import { addScaled } from '../../parameters/vectors.ts'

/** An addition to a part of the parameters. */
export interface Difference {
  /** Index in the parameters of the part's first element. */
  readonly first: number
  /** Values that are added: to the elements from `first` on, or to those that {@link indices} name. */
  readonly values: Float32Array
  /** Indices after `first`, ascending, where only some elements change. */
  readonly indices?: Int32Array
}

/** parameters ← parameters − difference. */
export function takeBackDifference(parameters: Float32Array, difference: Difference): void {
  addDifference(parameters, { ...difference, values: difference.values.map(value => -value) })
}

/** A difference in memory of its own. */
export function copyOfDifference({ first, values, indices }: Difference): Difference {
  return { first, values: values.slice(), ...(indices !== undefined && { indices: indices.slice() }) }
}

/** parameters ← parameters + difference. */
export function addDifference(parameters: Float32Array, { first, values, indices }: Difference): void {
  if (indices === undefined) {
    const target = parameters.subarray(first, first + values.length)
    if (!addFromRoom(target, values)) addScaled(target, 1, values)
  } else {
    for (let i = 0; i < values.length; i++) parameters[first + indices[i]] += values[i]
  }
}
