import type { AffineMap } from '../data/affine-map.ts'
import { outputsOf, type Recipe } from '../recipe/recipe.ts'
import { mapOf } from '../standardise/standardiser.ts'
import type { AgreedStatistics } from '../standardise/statistics.ts'

/** What stands between a model as it is trained, and samples and predictions as people have them. */
export interface ModelMaps {
  /** `[features]`: samples are standardised by it. Absent where they are taken as they are. */
  readonly features?: AffineMap
  /** `[outputs]`, of a regression: an output is (target − shift) / scale, so a prediction is output · scale + shift. */
  readonly targets?: AffineMap
}

export function mapsOf(recipe: Recipe, statistics: AgreedStatistics | undefined): ModelMaps {
  const features = recipe.data.standardise && statistics !== undefined ? mapOf(statistics) : undefined
  return { features, targets: recipe.objective.task === 'regress' ? targetsOf(recipe, statistics) : undefined }
}

/** With the origins that were subtracted when the targets were read. */
function targetsOf({ model, data }: Recipe, statistics: AgreedStatistics | undefined): AffineMap {
  const length = outputsOf(model)
  const agreed = statistics?.targets && mapOf(statistics.targets)
  const label = data.table?.label
  const origin = (output: number) => (label?.kind === 'number' ? label.targets[output].origin : 0)
  return {
    shift: Float64Array.from({ length }, (_, output) => (agreed?.shift[output] ?? 0) + origin(output)),
    scale: Float64Array.from({ length }, (_, output) => agreed?.scale[output] ?? 1),
  }
}
