import type { Dataset } from '../../../src/data/dataset.ts'
import { samples } from '../../../src/data/dataset.ts'
import type { Vector } from '../../../src/parameters/vectors.ts'
import { inputsOf } from '../../data/inputs-of.ts'

/** Softmax regression with a bias: parameters `[classes, features + 1]`, the bias last. */
export interface Softmax {
  readonly parameters: number
  /** −η times the gradient of the mean loss over these samples. */
  step(at: Vector, rows: readonly number[], rate: number): Float64Array
}

export function softmaxOn(data: Dataset): Softmax {
  const inputs = inputsOf(data)
  const labels = data.labels
  const features = inputs.length / samples(data)
  const { classes } = data
  return {
    parameters: classes * (features + 1),
    step(at, rows, rate) {
      const update = new Float64Array(at.length)
      for (const row of rows) {
        const x = inputs.subarray(row * features, (row + 1) * features)
        const shares = probabilities(at, x, classes)
        shares[labels[row]] -= 1
        for (let c = 0; c < classes; c++) {
          const [push, start] = [(-rate * shares[c]) / rows.length, c * (features + 1)]
          for (let p = 0; p < features; p++) update[start + p] += push * x[p]
          update[start + features] += push
        }
      }
      return update
    },
  }
}

/** The share of samples whose likeliest class is theirs. */
export function accuracyOf(at: Vector, data: Dataset): number {
  const inputs = inputsOf(data)
  const count = samples(data)
  const features = inputs.length / count
  let right = 0
  for (let row = 0; row < count; row++) {
    const scores = scoresOf(at, inputs.subarray(row * features, (row + 1) * features), data.classes)
    if (scores.indexOf(Math.max(...scores)) === data.labels[row]) right++
  }
  return right / count
}

function scoresOf(at: Vector, x: ArrayLike<number>, classes: number): Float64Array {
  return Float64Array.from({ length: classes }, (_, c) => {
    const start = c * (x.length + 1)
    let score = at[start + x.length]
    for (let p = 0; p < x.length; p++) score += at[start + p] * x[p]
    return score
  })
}

function probabilities(at: Vector, x: ArrayLike<number>, classes: number): Float64Array {
  const scores = scoresOf(at, x, classes)
  const largest = Math.max(...scores)
  const exponentials = scores.map(score => Math.exp(score - largest))
  const sum = exponentials.reduce((total, value) => total + value, 0)
  return exponentials.map(value => value / sum)
}
