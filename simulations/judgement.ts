import { type Evaluation, type ValueErrors, valueErrorsOf } from '../src/training/trainer.ts'

/** How good parameters are, as results tell it: of a regression with its errors, in the units of the data. */
export interface Judgement extends Partial<ValueErrors> {
  readonly loss: number
  /** Null where nothing is classified. */
  readonly accuracy: number | null
}

/** The figures of a test; a problem with a known answer has a loss alone. */
export function judgementOf({ loss, accuracy, ...rest }: Judgement | Evaluation): Judgement {
  return { loss, ...judgedAs(accuracy, valueErrorsOf(rest)) }
}

/** The figures of one peer's model among those of many. */
export function peerQuality({
  accuracy,
  r2,
  rmse,
  mae,
}: Judgement | Evaluation): Omit<Judgement, 'loss' | 'perTarget'> {
  return judgedAs(accuracy, rmse === undefined ? {} : { r2, rmse, mae })
}

function judgedAs<Errors>(accuracy: number | null, errors: Errors) {
  return { accuracy: Number.isNaN(accuracy) ? null : accuracy, ...errors }
}
