import * as tf from '@tensorflow/tfjs-core'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import type { Random } from '../random/random.ts'

interface SampleOptions {
  /** Classes that the model reads at most: a model that reads any length does not say how many are enough. */
  readonly positions: number
  /** Classes to draw. */
  readonly length: number
  /** 1 as the model says; less makes the likely likelier, 0 always takes the likeliest. */
  readonly temperature: number
}

/**
 * Lets a language model go on: draws each class from softmax(logits / temperature), with those before it as input, as many
 * of them as the model reads.
 *
 * @param model `[batch, positions]` of classes to logits, `[batch, positions, classes]`
 * @param prompt classes to go on from, one at least
 * @returns `[length]`, without the prompt
 * @throws RangeError for an empty prompt, or a temperature below 0
 */
export async function sample(
  model: LayersModel,
  prompt: readonly number[],
  { positions, length, temperature }: SampleOptions,
  random: Random,
): Promise<number[]> {
  if (prompt.length === 0) throw new RangeError('a sample needs a prompt of one class at least')
  if (!(temperature >= 0)) throw new RangeError(`expected a temperature of at least 0, got ${temperature}`)
  const classes = [...prompt]
  const window = new Float32Array(positions)
  while (classes.length < prompt.length + length) {
    const recent = classes.slice(-positions)
    // The last class does not see the padding behind it.
    window.fill(0)
    window.set(recent)
    const logits = tf.tidy(() => {
      const all = model.predict(tf.tensor2d(window, [1, positions])) as tf.Tensor3D
      return tf.reshape(tf.slice(all, [0, recent.length - 1, 0], [1, 1, -1]), [-1])
    })
    classes.push(draw(await logits.data<'float32'>(), temperature, random))
    logits.dispose()
  }
  return classes.slice(prompt.length)
}

function draw(logits: Float32Array, temperature: number, random: Random): number {
  const largest = logits.reduce((best, value) => Math.max(best, value), Number.NEGATIVE_INFINITY)
  if (temperature === 0) return logits.indexOf(largest)
  const weights = Float64Array.from(logits, value => Math.exp((value - largest) / temperature))
  let left = random.uniform() * weights.reduce((sum, weight) => sum + weight, 0)
  const drawn = weights.findIndex(weight => {
    left -= weight
    return left < 0
  })
  // Rounding may leave a trace after the last.
  return drawn < 0 ? logits.indexOf(largest) : drawn
}
