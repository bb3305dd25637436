import type { AffineMap } from '../data/affine-map.ts'
import type { Recipe } from '../recipe/recipe.ts'

/**
 * The map by which values, as people write them, become what a model learns, `[outputs]`: of a table less their column's origin, as they are
 * stored, and then standardised. Its inverse gives predictions.
 *
 * @param standardised the map of values as they are stored; none where they are learned as they are
 */
export function unitsOf({ data: { table }, model }: Recipe, standardised: AffineMap | undefined): AffineMap {
  const { outputs = 0 } = model
  const { shift, scale } = standardised ?? {
    shift: new Float64Array(outputs),
    scale: new Float64Array(outputs).fill(1),
  }
  const label = table?.label
  return label?.kind === 'number'
    ? { shift: shift.map((value, output) => value + label.targets[output].origin), scale }
    : { shift, scale }
}
