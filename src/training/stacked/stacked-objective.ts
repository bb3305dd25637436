import type { TestCounts } from '../../worth/counts.ts'
import { tallyClasses, tallyValues } from '../../worth/tally.ts'
import { DEFAULT_LOSS, LOSS_FORMS, type Loss } from '../losses.ts'
import type { Evaluation } from '../trainer.ts'
import { createValueTally } from '../value-errors.ts'
import type { BatchInput } from './batch-input.ts'
import type { Matrix, StackedHost } from './layer.ts'
import type { PlacedSamples } from './placed-samples.ts'
import type { StackedModel } from './stacked-model.ts'

/** What models are trained for: the loss of what the network has given for a batch. */
export interface StackedObjective {
  /**
   * The mean loss, with the gradient written in place of what the network gave.
   *
   * @param indices of the batch's samples
   */
  gradient(samples: PlacedSamples, indices: Int32Array): number
  tally(samples: PlacedSamples): StackedTally
  /** The same in whole numbers, which add up with those of others. */
  counter(samples: PlacedSamples): StackedCounter
}

/** Counts over the batches of a test set. */
export interface StackedCounter extends Pick<StackedTally, 'add'> {
  readonly counts: TestCounts
}

/** Sums over the batches of a test set. */
export interface StackedTally {
  /** Adds what the network has given for these samples. */
  add(indices: Int32Array): void
  evaluation(): Evaluation
}

/**
 * Softmax cross-entropy, in the kernels.
 *
 * @param given logits, `[batch, classes]`
 */
export function stackedClassification(
  { memory, module, allocate }: StackedHost,
  { classes }: Pick<StackedModel, 'classes'>,
  given: Matrix,
  { labels }: Pick<BatchInput, 'labels'>,
): StackedObjective {
  const { values, step } = given
  const correct = allocate(Int32Array.BYTES_PER_ELEMENT)
  const lanes = allocate((classes + 1) * 4 * Float32Array.BYTES_PER_ELEMENT)
  const found = new Int32Array(memory.buffer, correct, 1)
  return {
    gradient: (_samples, { length }) =>
      module.crossEntropyGradient(values, step, length, classes, labels, 1 / length, lanes) / length,
    tally() {
      let [loss, hits, samples] = [0, 0, 0]
      return {
        add({ length }) {
          loss += module.crossEntropy(values, step, length, classes, labels, lanes, correct)
          hits += found[0]
          samples += length
        },
        evaluation: () => ({ loss: loss / samples, accuracy: hits / samples, samples }),
      }
    },
    counter() {
      const { counts, add } = tallyClasses(classes)
      const width = step / Float32Array.BYTES_PER_ELEMENT
      return {
        counts,
        // Views made now: the memory may have grown since.
        add({ length }) {
          const logits = new Float32Array(memory.buffer, values, length * width)
          add(logits, new Int32Array(memory.buffer, labels, length), width)
        },
      }
    },
  }
}

/**
 * The loss of a regression. Its numbers are few beside those of any layer, so no kernel is needed.
 *
 * @param given predictions, `[batch, outputs]`
 */
export function stackedRegression(
  { memory }: Pick<StackedHost, 'memory'>,
  { outputs }: Pick<StackedModel, 'outputs'>,
  given: Matrix,
  loss: Loss = DEFAULT_LOSS,
): StackedObjective {
  const { cost, slope } = LOSS_FORMS[loss]
  const stride = given.step / Float32Array.BYTES_PER_ELEMENT

  function predictions(): Float32Array {
    return new Float32Array(memory.buffer, given.values)
  }

  function valuesOf({ values = 0, samples }: PlacedSamples): Float32Array {
    return new Float32Array(memory.buffer, values, samples * outputs)
  }

  /** Gives what was predicted of each sample of a batch, and what was measured. */
  function rowByRow(samples: PlacedSamples, add: (predicted: Float32Array, values: Float32Array) => void) {
    return (indices: Int32Array) => {
      const predicted = predictions()
      const values = valuesOf(samples)
      for (const [row, index] of indices.entries()) {
        add(
          predicted.subarray(row * stride, row * stride + outputs),
          values.subarray(index * outputs, (index + 1) * outputs),
        )
      }
    }
  }

  return {
    gradient(samples, indices) {
      const predicted = predictions()
      const values = valuesOf(samples)
      const share = 1 / (indices.length * outputs)
      let sum = 0
      for (const [row, index] of indices.entries()) {
        for (let output = 0; output < outputs; output++) {
          const error = predicted[row * stride + output] - values[index * outputs + output]
          sum += cost(error)
          predicted[row * stride + output] = slope(error) * share
        }
      }
      return sum * share
    },
    tally(samples) {
      const { add, evaluation } = createValueTally(loss, outputs)
      return { add: rowByRow(samples, add), evaluation: () => evaluation(samples.valueScale) }
    },
    counter(samples) {
      const { counts, add } = tallyValues(outputs)
      return { counts, add: rowByRow(samples, add) }
    },
  }
}
