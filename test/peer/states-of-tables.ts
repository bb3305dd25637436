import { parseRecipe, type RecipeInput } from '../../src/index.ts'
import { anyParameters, stateOf } from '../library/state-of.ts'

const table = {
  columns: [
    { name: 'height', kind: 'number', origin: 1_000 },
    { name: 'colour', kind: 'category', values: ['red', 'blue'] },
  ],
  missing: ['NA'],
} satisfies Partial<NonNullable<NonNullable<RecipeInput['data']>['table']>>

const prices: RecipeInput = {
  objective: { task: 'regress' },
  model: { name: 'linear', shape: [3], classes: 0, outputs: 1 },
  data: {
    standardise: true,
    table: { ...table, label: { kind: 'number', targets: [{ name: 'price', origin: 2e9 }] } },
  },
}

/** Classes of size, from a height and a colour. */
export function sizes(classNames: readonly [string, string]): RecipeInput {
  return {
    model: { name: 'linear', shape: [3], classes: 2, classNames: [...classNames] },
    data: { standardise: true, table: { ...table, label: { kind: 'class', name: 'size' } } },
  }
}

/** The state of a peer that has learned by a recipe of these. */
export async function stateOfTable(
  folder: string,
  given: RecipeInput,
  targets?: { mean: number[]; variance: number[] },
): Promise<string> {
  const recipe = parseRecipe(given)
  const { shape, outputs } = recipe.model
  const parameters = await anyParameters({ name: 'linear', shape, classes: outputs ?? recipe.model.classes })
  return await stateOf(folder, recipe, parameters, { mean: [3, 0, 0], variance: [4, 0, 0], targets })
}

/** That of one that has learned prices, whose deviation from their origin and mean is 10. */
export async function stateOfPrices(folder: string): Promise<string> {
  return await stateOfTable(folder, prices, { mean: [50], variance: [100] })
}
