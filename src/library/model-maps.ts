import type { AffineMap } from '../data/affine-map.ts'
import type { Recipe } from '../recipe/recipe.ts'
import { mapOf } from '../standardise/standardiser.ts'
import type { AgreedStatistics } from '../standardise/statistics.ts'
import { unitsOf } from './units-of.ts'

/** What stands between a model as it is trained, and samples and predictions as people have them. */
export interface ModelMaps {
  /** `[features]`: samples are standardised by it. Absent where they are taken as they are. */
  readonly features?: AffineMap
  /** `[outputs]`, of a regression: an output is (target − shift) / scale, so a prediction is output · scale + shift. */
  readonly targets?: AffineMap
}

export function mapsOf(recipe: Recipe, statistics: AgreedStatistics | undefined): ModelMaps {
  const features = recipe.data.standardise && statistics !== undefined ? mapOf(statistics) : undefined
  return {
    features,
    targets:
      recipe.objective.task === 'regress'
        ? unitsOf(recipe, statistics?.targets && mapOf(statistics.targets))
        : undefined,
  }
}
