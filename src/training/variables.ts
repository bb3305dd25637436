import * as tf from '@tensorflow/tfjs-core'

/** Elements of all variables together. */
export function variablesLength(variables: readonly tf.Variable[]): number {
  return variables.reduce((length, variable) => length + variable.size, 0)
}

/**
 * Sets variables from a flat vector, one after the other. The vector is copied: some backends would keep a view of it.
 *
 * @throws RangeError where the lengths differ
 */
export function writeVariables(variables: readonly tf.Variable[], vector: Float32Array): void {
  const length = variablesLength(variables)
  if (vector.length !== length) {
    throw new RangeError(`expected ${length} parameters for this model, got ${vector.length}`)
  }
  let offset = 0
  for (const variable of variables) {
    const value = tf.tensor(vector.slice(offset, offset + variable.size), variable.shape, 'float32')
    variable.assign(value)
    value.dispose()
    offset += variable.size
  }
}

/**
 * Copies variables into one flat vector, one after the other.
 *
 * @param vector where to, `[elements of all variables]`; a new one by default
 */
export async function readVariables(
  variables: readonly tf.Variable[],
  vector = new Float32Array(variablesLength(variables)),
): Promise<Float32Array> {
  const values = await Promise.all(variables.map(variable => variable.data()))
  let offset = 0
  for (const value of values) {
    vector.set(value, offset)
    offset += value.length
  }
  return vector
}
