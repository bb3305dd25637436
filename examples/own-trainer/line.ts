import { defineTrainer } from '../../src/public/ports.ts'

export type Point = readonly [x: number, y: number]

const LEARNING_RATE = 0.05

/** Fits y = a·x + b to points by gradient descent on the mean squared error. The parameters are a and b. */
export function lineTrainer(own: readonly Point[], test: readonly Point[]) {
  return defineTrainer({
    tensors: [
      { name: 'a', shape: [1] },
      { name: 'b', shape: [1] },
    ],
    samples: own.length,

    step(parameters) {
      const [a, b] = parameters
      const errors = own.map(([x, y]) => a * x + b - y)
      parameters[0] -= LEARNING_RATE * mean(own.map(([x], i) => 2 * errors[i] * x))
      parameters[1] -= LEARNING_RATE * mean(errors.map(error => 2 * error))
      return mean(errors.map(error => error ** 2))
    },

    evaluate: parameters => ({ loss: squaredError(parameters, test), accuracy: Number.NaN, samples: test.length }),
  })
}

export const squaredError = ([a, b]: Float32Array, points: readonly Point[]) =>
  mean(points.map(([x, y]) => (a * x + b - y) ** 2))

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
