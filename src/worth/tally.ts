import { answerOf, costOf } from './answer.ts'
import { LOSS_UNIT, MOST_ERROR, MOST_LOSS, VALUE_UNIT } from './constants.ts'
import { type ClassCounts, noCounts, type ValueCounts } from './counts.ts'
import { scoreBin } from './score-bins.ts'

/** Counts answers of a classifier, batch after batch. */
export interface ClassTally {
  readonly counts: ClassCounts
  /**
   * @param logits `[answers, classes]`, a row every `step` numbers
   * @param labels `[answers]`
   */
  add(logits: Float32Array, labels: Int32Array, step?: number): void
}

/** An answer is what {@link answerOf} finds. */
export function tallyClasses(classes: number): ClassTally {
  const counts = noCounts({ kind: 'classes', classes }) as ClassCounts
  const { support, predicted, hits, confusion, scores } = counts
  return {
    counts,
    add(logits, labels, step = classes) {
      for (let answer = 0; answer < labels.length; answer++) {
        const first = answer * step
        const label = labels[answer]
        const best = answerOf(logits, first, classes)
        const cost = costOf(logits, first, classes, label, best)
        // No comparison finds a logit that is no number.
        const isNumber = !Number.isNaN(cost)
        counts.loss += Math.round((isNumber ? Math.min(cost, MOST_LOSS) : MOST_LOSS) / LOSS_UNIT)
        counts.samples++
        support[label]++
        predicted[best]++
        if (best === label) hits[label]++
        if (confusion !== undefined) confusion[label * classes + best]++
        if (scores !== undefined) scores[scoreBin(label, isNumber ? logits[first + 1] - logits[first] : 0)]++
      }
    },
  }
}

/** Counts answers of a regression, batch after batch. */
export interface ValueTally {
  readonly counts: ValueCounts
  /** Both `[samples, outputs]`, standardised: in deviations from what the swarm agreed on. */
  add(predictions: Float32Array, values: Float32Array): void
}

export function tallyValues(outputs: number): ValueTally {
  const counts = noCounts({ kind: 'values', outputs }) as ValueCounts
  return {
    counts,
    add(predictions, values) {
      const samples = values.length / outputs
      for (let i = 0; i < samples * outputs; i++) {
        const sums = counts.sums[i % outputs]
        const value = within(values[i])
        const error = within(values[i] - predictions[i])
        sums.squaredErrors += units(error * error)
        sums.errors += units(Math.abs(error))
        sums.values += units(value)
        sums.squares += units(value * value)
        sums.magnitudes += units(Math.abs(value))
      }
      counts.samples += samples
    },
  }
}

/** Rounded for every sample, and not for every sum, so that it does not matter which samples are summed where. */
const units = (deviations: number) => BigInt(Math.round(deviations / VALUE_UNIT))

/** A prediction that is no number counts as the largest error. */
function within(deviations: number): number {
  return Number.isNaN(deviations) ? MOST_ERROR : Math.max(-MOST_ERROR, Math.min(MOST_ERROR, deviations))
}
