/**
 * How the statistics of batch normalisation lie in the parameter vector, so that averaging vectors merges them rightly.
 *
 * A layer keeps the moving mean m and variance v of its inputs. Averaging peers' variances would forget that their
 * means differ, and under label skew they do: of two peers that see different classes, each finds little variance, and
 * both together much. The pooled variance is the mean of the variances and the variance of the means. So parameter
 * vectors carry m and the second moment E[x²] = v + m², of which the plain average is exactly that of the pooled data,
 * and every rule that averages linearly is right without knowing:
 *
 *     v̄ = mean(vᵢ + mᵢ²) − mean(mᵢ)² = mean(vᵢ) + var(mᵢ)
 *
 * Whatever leaves for a model (the trainer's variables, an export) is turned back into weights.
 *
 * The price: in float32, v is what is left of E[x²] − m², to within m² · 2⁻²³. Where the inputs of the layer lie far
 * from 0 for their spread, little is left: with a mean of 5,000, E[x²] is 25 million and known to within 2, and a
 * variance of 1 is lost. From a mean of 1,000 on, a moment alone is above the norm that a recipe lets parameters have,
 * unless it says otherwise (`security.maximumNorm`, 10⁶). So measured values that go straight into such a layer are to
 * be standardised first (`data.standardise`), which keeps mean and moment near 0 and 1.
 *
 * @packageDocumentation
 */

import type { Layout, TensorSlot } from '../../parameters/layout.ts'

/** TensorFlow.js's names for them, behind the layer's name. */
const MEAN = 'moving_mean'
const VARIANCE = 'moving_variance'

/**
 * The weights that a parameter vector stands for: the same vector where the model has no batch normalisation, else a
 * copy with variances in place of second moments. A variance is at least 0, whatever rounding or merging made of the
 * moments.
 *
 * @param parameters `[parameters]`
 */
export function weightsOf(layout: Layout, parameters: Float32Array): Float32Array {
  return converted(layout, parameters, (moment, mean) => Math.max(0, moment - mean * mean))
}

/** The parameter vector of these weights: the inverse of {@link weightsOf}. */
export function parametersOf(layout: Layout, weights: Float32Array): Float32Array {
  return converted(layout, weights, (variance, mean) => variance + mean * mean)
}

function converted(
  layout: Layout,
  vector: Float32Array,
  convert: (second: number, mean: number) => number,
): Float32Array {
  const pairs = statistics(layout)
  if (pairs.length === 0) return vector
  const result = vector.slice()
  for (const [mean, second] of pairs) {
    for (let i = 0; i < second.size; i++) {
      result[second.offset + i] = convert(vector[second.offset + i], vector[mean.offset + i])
    }
  }
  return result
}

/** Mean and variance of each layer that has both, of the same size. */
function statistics({ tensors }: Layout): [mean: TensorSlot, variance: TensorSlot][] {
  return tensors.flatMap(variance => {
    if (variance.trainable || !variance.name.endsWith(VARIANCE)) return []
    const name = variance.name.slice(0, -VARIANCE.length) + MEAN
    const mean = tensors.find(slot => slot.name === name && !slot.trainable && slot.size === variance.size)
    return mean === undefined ? [] : [[mean, variance]]
  })
}
