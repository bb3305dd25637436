import type { LoadOptions } from '../data/source.ts'
import type { Recipe } from '../recipe/recipe.ts'

/**
 * How data are loaded for a recipe: a table by its columns, images in the shape of the model's samples. A recipe without columns, as those
 * of 0.1, takes every column of a table in the order of its file.
 */
export function loadingOf({ data, objective, model }: Recipe): Pick<LoadOptions, 'table' | 'task' | 'shape'> {
  const { task } = objective
  return {
    shape: model.shape,
    table: data.table ?? 'every',
    ...(task === 'classify' || task === 'regress' ? { task } : {}),
  }
}
