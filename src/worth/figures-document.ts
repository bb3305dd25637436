/**
 * {@link Figures} as documents hold them: results and the events of a peer.
 *
 * @packageDocumentation
 */

import { z } from 'zod'

const figure = z.number()
const count = z.int().min(0)

const classFigures = z
  .object({
    name: z.string().describe('Its name, or its number where it has none.'),
    precision: figure.describe('Of the samples taken for it, the share that are of it; 0 where there are none.'),
    recall: figure.describe('Of the samples of it, the share taken for it; 0 where there are none.'),
    f1: figure.describe('2 · precision · recall / (precision + recall); 0 where both are.'),
    support: count.describe('Samples of it.'),
    predicted: count.describe('Samples taken for it.'),
    averagePrecision: figure
      .nullable()
      .optional()
      .describe('Of two classes alone, from the bins of the score; null where it has no sample.'),
  })
  .describe('A class, judged by itself.')

const classification = z
  .object({
    kind: z.literal('classes').describe('Of a classifier.'),
    samples: count.describe('Test samples; of sequences, the answers at all positions.'),
    accuracy: figure.describe('The share of right answers.'),
    loss: figure.describe('Mean cross-entropy in nats.'),
    baseline: figure.describe('The accuracy of always saying the class that most test samples are of.'),
    balancedAccuracy: figure.describe('The mean recall of the classes that have samples.'),
    macroF1: figure.describe('The mean F1 of the classes that have samples or were said.'),
    classes: z.array(classFigures).describe('`[classes]`'),
    rocAuc: figure
      .nullable()
      .optional()
      .describe(
        'Area under the ROC curve; of two classes alone, for the second; null where one of them has no sample.',
      ),
    averagePrecision: figure
      .nullable()
      .optional()
      .describe('Of two classes alone, for the second; null where one of them has no sample.'),
    scoreBins: count.optional().describe('Bins of the score from which the two are taken.'),
    confusion: z
      .array(z.array(count))
      .optional()
      .describe('`[true class][said class]`; left out where there are more than a hundred classes.'),
  })
  .describe('What a classifier is worth.')

const valueFigures = z
  .object({
    name: z.string().describe("The column's name, or its number where it has none."),
    rmse: figure.describe('Root of the mean squared error, in the units of the data.'),
    mae: figure.describe('Mean absolute error, in the units of the data.'),
    r2: figure
      .nullable()
      .describe('1 − Σ(y − ŷ)² / Σ(y − ȳ)², ȳ the mean of the test samples; null of fewer than two samples.'),
    baseline: z
      .object({
        rmse: figure.describe('Root of its mean squared error.'),
        mae: figure.nullable().describe('Its mean absolute error; null where it was not counted.'),
      })
      .describe(
        'The same of always saying the mean of the training samples; where values are not standardised, that of the test samples.',
      ),
  })
  .describe('An output of a regression.')

const regression = z
  .object({
    kind: z.literal('values').describe('Of a regression.'),
    samples: count.describe('Test samples.'),
    r2: figure.nullable().describe("The mean of the outputs' R²."),
    outputs: z.array(valueFigures).describe('`[outputs]`'),
  })
  .describe('What a regression is worth.')

export const figuresDocument = z
  .discriminatedUnion('kind', [classification, regression])
  .describe('What the model is worth, from counts of its answers.')
