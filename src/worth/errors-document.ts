/** How far a regression's answers are off, as JSON that events and results share. */

import { z } from 'zod'

const measured = z.number().nullable()

/** The errors of one output, or of all together. */
export const errorsDocument = {
  rmse: measured.describe('Root of the mean squared error, in the units of the data.'),
  mae: measured.describe('Mean absolute error, in the units of the data.'),
  r2: measured.describe('R²; null where it is no number, as of samples that all have one value.'),
}

/** The same beside other figures: there are none where nothing is measured. */
export const optionalErrors = {
  rmse: errorsDocument.rmse.optional(),
  mae: errorsDocument.mae.optional(),
  r2: errorsDocument.r2.optional(),
  perTarget: z
    .array(z.object(errorsDocument))
    .optional()
    .describe('The errors of each output of a regression, in their order, where there are several.'),
}
