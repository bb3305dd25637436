import type { TestCounts } from '../../worth/counts.ts'
import { tallyClasses, tallyValues } from '../../worth/tally.ts'
import { DEFAULT_LOSS, LOSS_FORMS, type Loss } from '../losses.ts'
import type { Evaluation } from '../trainer.ts'
import { createValueTally } from '../value-errors.ts'
import type { BatchInput } from './batch-input.ts'
import type { Matrix, StackedHost } from './layer.ts'
import type { StackedModel } from './stacked-model.ts'

/** What models are trained for: the loss of what the network has given for the samples that the batch has now. */
export interface StackedObjective {
  /** The mean loss, with the gradient written in place of what the network gave. */
  gradient(): number
  /** @param valueScale `[outputs]`: units of the data in one standardised unit of a regression; 1 where absent */
  tally(valueScale?: ArrayLike<number>): StackedTally
  /** The same in whole numbers, which add up with those of others. */
  counter(): StackedCounter
}

/** Counts over the batches of a test set. */
export interface StackedCounter extends Pick<StackedTally, 'add'> {
  readonly counts: TestCounts
}

/** Sums over the batches of a test set. */
export interface StackedTally {
  /** Adds what the network has given for a batch. */
  add(): void
  evaluation(): Evaluation
}

export interface StackedObjectiveOptions {
  /** What a wrong value costs, in a regression. Default: its square. */
  readonly loss?: Loss
  /** `[classes]`: how much samples of each class count in the training loss; read for every batch. Default: all alike. */
  readonly classWeights?: Float64Array
}

/** @param given what the network gives, `[most, outputs]`; `most` samples at once */
export function createStackedObjective(
  host: Pick<StackedHost, 'memory' | 'module' | 'allocate'>,
  model: Pick<StackedModel, 'classes' | 'outputs'>,
  given: Matrix,
  batch: BatchInput,
  most: number,
  { loss = DEFAULT_LOSS, classWeights }: StackedObjectiveOptions,
): StackedObjective {
  return model.classes === 0
    ? regression(host, model.outputs, given, batch, loss)
    : classification(host, model.classes, given, batch, most, classWeights)
}

/** Softmax cross-entropy, in the kernels. */
function classification(
  { memory, module, allocate }: Pick<StackedHost, 'memory' | 'module' | 'allocate'>,
  classes: number,
  { values, step }: Matrix,
  { labels, count }: BatchInput,
  most: number,
  classWeights: Float64Array | undefined,
): StackedObjective {
  const correct = allocate(Int32Array.BYTES_PER_ELEMENT)
  const lanes = allocate((classes + 1) * 4 * Float32Array.BYTES_PER_ELEMENT)
  const weightsAt = classWeights === undefined ? 0 : allocate(most * Float32Array.BYTES_PER_ELEMENT)
  const { buffer } = memory
  const found = new Int32Array(buffer, correct, 1)
  const weights = new Float32Array(buffer, weightsAt, most)
  const labelsNow = new Int32Array(buffer, labels, most)

  function weigh(): void {
    if (classWeights === undefined) return
    for (let i = 0; i < count(); i++) weights[i] = classWeights[labelsNow[i]]
  }

  return {
    gradient() {
      weigh()
      const size = count()
      return module.crossEntropyGradient(values, step, size, classes, labels, weightsAt, 1 / size, lanes) / size
    },
    tally() {
      let [loss, hits, samples] = [0, 0, 0]
      return {
        add() {
          loss += module.crossEntropy(values, step, count(), classes, labels, lanes, correct)
          hits += found[0]
          samples += count()
        },
        evaluation: () => ({ loss: loss / samples, accuracy: hits / samples, samples }),
      }
    },
    counter() {
      const { counts, add } = tallyClasses(classes)
      const width = step / Float32Array.BYTES_PER_ELEMENT
      return {
        counts,
        add() {
          const logits = new Float32Array(buffer, values, count() * width)
          add(logits, labelsNow.subarray(0, count()), width)
        },
      }
    },
  }
}

/** The loss of a regression. Its numbers are few beside those of any layer, so no kernel is needed. */
function regression(
  { memory }: Pick<StackedHost, 'memory'>,
  outputs: number,
  given: Matrix,
  batch: BatchInput,
  loss: Loss,
): StackedObjective {
  const { cost, slope } = LOSS_FORMS[loss]
  const stride = given.step / Float32Array.BYTES_PER_ELEMENT
  const predicted = new Float32Array(memory.buffer, given.values)
  const measured = new Float32Array(memory.buffer, batch.values)

  /** Gives what was predicted of each sample of a batch, and what was measured. */
  function rowByRow(add: (predicted: Float32Array, values: Float32Array) => void) {
    return () => {
      for (let row = 0; row < batch.count(); row++) {
        add(
          predicted.subarray(row * stride, row * stride + outputs),
          measured.subarray(row * outputs, (row + 1) * outputs),
        )
      }
    }
  }

  return {
    gradient() {
      const share = 1 / (batch.count() * outputs)
      let sum = 0
      for (let row = 0; row < batch.count(); row++) {
        for (let output = 0; output < outputs; output++) {
          const at = row * stride + output
          const error = predicted[at] - measured[row * outputs + output]
          sum += cost(error)
          predicted[at] = slope(error) * share
        }
      }
      return sum * share
    },
    tally(valueScale) {
      const { add, evaluation } = createValueTally(loss, outputs)
      return { add: rowByRow(add), evaluation: () => evaluation(valueScale) }
    },
    counter() {
      const { counts, add } = tallyValues(outputs)
      return { counts, add: rowByRow(add) }
    },
  }
}
