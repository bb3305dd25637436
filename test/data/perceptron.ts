import { type Dataset, features, samples } from '../../src/data/dataset.ts'
import type { Random } from '../../src/random/random.ts'
import { inputsOf } from './inputs-of.ts'

/**
 * A softmax classifier, with one layer of ReLU units in front of it where `hidden` is above 0, trained with Adam (Kingma
 * and Ba, 2015) on batches of 32. It is here to say how hard a dataset is, with nothing of ours in between.
 *
 * @returns the share of `test` that is classified correctly after `epochs` passes over `train`
 */
export function accuracyOfPerceptron(
  train: Dataset,
  test: Dataset,
  options: { hidden: number; epochs: number; learningRate: number; random: Random },
): number {
  const { hidden, epochs, random } = options
  const inputs = features(train)
  const trainInputs = inputsOf(train)
  const testInputs = inputsOf(test)
  const classes = train.classes
  const first = hidden === 0 ? undefined : dense(inputs, hidden, random)
  const last = dense(hidden === 0 ? inputs : hidden, classes, random)
  const BATCH = 32

  const order = Int32Array.from({ length: samples(train) }, (_, sample) => sample)
  for (let epoch = 0; epoch < epochs; epoch++) {
    random.shuffle(order)
    for (let start = 0; start < order.length; start += BATCH) {
      const batch = order.subarray(start, start + BATCH)
      for (const sample of batch) {
        const x = trainInputs.subarray(sample * inputs, (sample + 1) * inputs)
        const h = first === undefined ? x : relu(first.forward(x))
        const error = softmax(last.forward(h))
        error[train.labels[sample] as number] = (error[train.labels[sample] as number] as number) - 1
        if (first !== undefined)
          first.backward(
            x,
            last.backInput(error).map((g, i) => ((h[i] as number) > 0 ? g : 0)),
          )
        last.backward(h, error)
      }
      // Linear decay lets the last epochs settle.
      const rate = options.learningRate * (1 - epoch / epochs)
      first?.step(rate, batch.length)
      last.step(rate, batch.length)
    }
  }

  let right = 0
  for (let sample = 0; sample < samples(test); sample++) {
    const x = testInputs.subarray(sample * inputs, (sample + 1) * inputs)
    const scores = last.forward(first === undefined ? x : relu(first.forward(x)))
    if (scores.indexOf(Math.max(...scores)) === test.labels[sample]) right++
  }
  return right / samples(test)
}

/** A dense layer: weights `[inputs, outputs]`, then biases. */
function dense(inputs: number, outputs: number, random: Random) {
  const weights = new Float64Array((inputs + 1) * outputs)
  for (let i = 0; i < inputs * outputs; i++) weights[i] = random.normal() * Math.sqrt(2 / (inputs + outputs))
  const gradient = new Float64Array(weights.length)
  const mean = new Float64Array(weights.length)
  const square = new Float64Array(weights.length)
  let steps = 0
  return {
    forward(x: ArrayLike<number>): Float64Array {
      const y = weights.slice(inputs * outputs)
      for (let i = 0; i < inputs; i++) {
        const xi = x[i] as number
        if (xi === 0) continue
        const row = i * outputs
        for (let o = 0; o < outputs; o++) y[o] = (y[o] as number) + xi * (weights[row + o] as number)
      }
      return y
    },
    backInput(error: Float64Array): Float64Array {
      const result = new Float64Array(inputs)
      for (let i = 0; i < inputs; i++) {
        let sum = 0
        for (let o = 0; o < outputs; o++) sum += (weights[i * outputs + o] as number) * (error[o] as number)
        result[i] = sum
      }
      return result
    },
    backward(x: ArrayLike<number>, error: Float64Array): void {
      for (let i = 0; i <= inputs; i++) {
        const xi = i < inputs ? (x[i] as number) : 1
        if (xi === 0) continue
        const row = i * outputs
        for (let o = 0; o < outputs; o++) gradient[row + o] = (gradient[row + o] as number) + xi * (error[o] as number)
      }
    },
    step(rate: number, batch: number): void {
      steps++
      const scale = (rate * Math.sqrt(1 - 0.999 ** steps)) / (1 - 0.9 ** steps)
      for (let i = 0; i < weights.length; i++) {
        const g = (gradient[i] as number) / batch
        const m = 0.9 * (mean[i] as number) + 0.1 * g
        const v = 0.999 * (square[i] as number) + 0.001 * g * g
        mean[i] = m
        square[i] = v
        weights[i] = (weights[i] as number) - (scale * m) / (Math.sqrt(v) + 1e-8)
      }
      gradient.fill(0)
    },
  }
}

function relu(values: Float64Array): Float64Array {
  return values.map(value => Math.max(value, 0))
}

function softmax(scores: Float64Array): Float64Array {
  const largest = Math.max(...scores)
  const powers = scores.map(score => Math.exp(score - largest))
  const total = powers.reduce((sum, power) => sum + power, 0)
  return powers.map(power => power / total)
}
