import { LOSS_FORMS, type Loss } from './losses.ts'
import type { Evaluation, ValueErrors } from './trainer.ts'

/** Sums over samples from which a regression is judged; in float64, outside the tape. */
export interface ValueTally {
  /**
   * @param predicted `[samples, outputs]`, standardised as the values are
   * @param values `[samples, outputs]`
   */
  add(predicted: Float32Array, values: Float32Array): void
  /** @param scale `[outputs]`: units of the data in one standardised unit; 1 where absent */
  evaluation(scale?: ArrayLike<number>): Evaluation
}

/** Sums of one output. Values are counted from the first one, so that a mean far from 0 costs no digits of the variation. */
interface Sums {
  first: number
  values: number
  squares: number
  errors: number
  squaredErrors: number
}

/** @param outputs values of a sample */
export function createValueTally(loss: Loss, outputs: number): ValueTally {
  const { cost } = LOSS_FORMS[loss]
  const sums: Sums[] = Array.from({ length: outputs }, () => ({
    first: 0,
    values: 0,
    squares: 0,
    errors: 0,
    squaredErrors: 0,
  }))
  let costs = 0
  let samples = 0

  return {
    add(predicted, values) {
      for (let row = 0; row < values.length; row += outputs) {
        for (const [output, sum] of sums.entries()) {
          const value = values[row + output]
          const error = predicted[row + output] - value
          if (samples === 0) sum.first = value
          costs += cost(error)
          sum.values += value - sum.first
          sum.squares += (value - sum.first) ** 2
          sum.errors += Math.abs(error)
          sum.squaredErrors += error ** 2
        }
        samples++
      }
    },
    evaluation(scale) {
      const perTarget = sums.map((sum, output) => errorsOf(sum, samples, scale?.[output] ?? 1))
      const mean = (figure: keyof (typeof perTarget)[0]) =>
        perTarget.reduce((total, errors) => total + errors[figure], 0) / outputs
      const all = { rmse: mean('rmse'), mae: mean('mae'), r2: mean('r2') }
      return {
        loss: costs / (samples * outputs),
        accuracy: Number.NaN,
        samples,
        ...(outputs === 1 ? all : { ...all, perTarget }),
      }
    },
  }
}

/** @param scale units of the data in one of the sums' */
function errorsOf(sum: Sums, samples: number, scale: number): Omit<ValueErrors, 'perTarget'> {
  const variation = sum.squares - sum.values ** 2 / samples
  return {
    rmse: scale * Math.sqrt(sum.squaredErrors / samples),
    mae: (scale * sum.errors) / samples,
    // Rounding may leave a little of values that are all the same.
    r2: variation > Number.EPSILON * sum.squares ? 1 - sum.squaredErrors / variation : Number.NaN,
  }
}
