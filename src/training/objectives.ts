import * as tf from '@tensorflow/tfjs-core'
import { isRegression, outputs, targets } from '../data/dataset.ts'
import type { Batch } from './batch.ts'
import { DEFAULT_LOSS } from './losses.ts'
import { score, softmaxCrossEntropy } from './objective.ts'
import type { Evaluation } from './trainer.ts'
import type { TrainerOptions } from './trainer-options.ts'
import { createValueTally } from './value-errors.ts'
import { valueLoss } from './value-loss.ts'

/** What a model is trained for, by batches of samples. */
export interface Objective {
  /** Numbers that the model gives for each answer: a logit for each class, or the values of a regression. */
  readonly width: number
  /**
   * Mean loss of a batch, on the tape.
   *
   * @param given `[answers, width]`
   */
  loss(given: tf.Tensor2D, batch: Batch): tf.Scalar
  tally(): Tally
}

/** Sums over batches of test samples. */
export interface Tally {
  /** @param given `[answers, width]`, of the first `samples` of the batch */
  add(given: Float32Array, batch: Batch, samples: number): void
  evaluation(): Evaluation
}

export function createObjective(options: TrainerOptions): Objective {
  return isRegression(options.shard) ? regression(options) : classification(options)
}

function regression({ shard, test, loss = DEFAULT_LOSS }: TrainerOptions): Objective {
  const width = outputs(shard)
  return {
    width,
    loss: (given, { size, values }) => valueLoss(loss, given, tf.tensor2d(values, [size, width], 'float32')),
    tally() {
      const { add, evaluation } = createValueTally(loss, width)
      return {
        add: (given, { values }, samples) => add(given, values.subarray(0, samples * width)),
        evaluation: () => evaluation(test.valueMap?.scale),
      }
    },
  }
}

function classification({ shard, test, classWeights }: TrainerOptions): Objective {
  const { classes } = shard
  return {
    width: classes,
    loss(given, { labels }) {
      // Read at every step: they may have changed.
      const weights =
        classWeights &&
        tf.tensor1d(
          Float32Array.from(labels, label => classWeights[label]),
          'float32',
        )
      return softmaxCrossEntropy(given, tf.tensor1d(labels, 'int32'), weights)
    },
    tally() {
      let loss = 0
      let correct = 0
      let judged = 0
      return {
        add(given, { labels }, samples) {
          const scored = score(given, labels.subarray(0, samples * targets(test)), classes)
          loss += scored.loss
          correct += scored.correct
          judged += samples
        },
        evaluation() {
          const answers = judged * targets(test)
          return { loss: loss / answers, accuracy: correct / answers, samples: judged }
        },
      }
    },
  }
}
