import { features, samples } from './dataset.ts'
import type { Split } from './source.ts'

/**
 * Shifts and scales every feature so that its mean is 0 and its standard deviation 1 over the training samples. The test
 * samples go through the same map, of which they have no part. A feature that never varies becomes 0.
 */
export function standardise({ train, test }: Split): Split {
  const width = features(train)
  const rows = samples(train)
  // Counted from the first row, so that a feature that never varies has that very value for its mean, unrounded.
  const origin = train.inputs.slice(0, width)
  const mean = Float64Array.from(origin)
  const variance = new Float64Array(width)
  const each = (inputs: Float32Array, visit: (value: number, feature: number, at: number) => void) => {
    for (let at = 0; at < inputs.length; at++) visit(inputs[at] as number, at % width, at)
  }
  each(train.inputs, (value, feature) => {
    mean[feature] = (mean[feature] as number) + (value - (origin[feature] as number)) / rows
  })
  each(train.inputs, (value, feature) => {
    variance[feature] = (variance[feature] as number) + (value - (mean[feature] as number)) ** 2 / rows
  })
  const apply = (inputs: Float32Array) => {
    const result = new Float32Array(inputs.length)
    each(inputs, (value, feature, at) => {
      result[at] = (value - (mean[feature] as number)) / (Math.sqrt(variance[feature] as number) || 1)
    })
    return result
  }
  return { train: { ...train, inputs: apply(train.inputs) }, test: { ...test, inputs: apply(test.inputs) } }
}
