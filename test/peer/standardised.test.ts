import { expect, test } from 'vitest'
import { describeStandardised } from '../../peer/commands/peer/standardised.ts'
import { parseRecipe } from '../../src/index.ts'

const columns = [
  { name: 'age', kind: 'number' as const },
  { name: 'smoker', kind: 'yes/no' as const },
  { name: 'ward', kind: 'category' as const, values: ['a', 'b'] },
]
const label = { kind: 'number' as const, targets: [{ name: 'price' }] }
const ofTable = parseRecipe({
  objective: { task: 'regress' },
  model: { shape: [4], classes: 0, outputs: 1 },
  data: { standardise: true, table: { columns, label, missing: [] } },
})
const four = { mean: [0, 0, 0, 0], deviation: [1, 1, 1, 1] }

test('of a table the columns are counted that are standardised, not the features of categories', () => {
  expect(describeStandardised(ofTable, four, false)).toBe(
    'agreed on the mean and spread of 2 columns, and of what is predicted',
  )
})

test('a peer that averages with nobody agrees with nobody', () => {
  const recipe = parseRecipe({ data: { standardise: true } })
  expect(describeStandardised(recipe, four, true)).toBe('goes by its own mean and spread of 4 features')
})

test('where nothing is standardised but classes are weighed, that is said', () => {
  const recipe = parseRecipe({ training: { classWeights: 'balanced' } })
  expect(describeStandardised(recipe, four, false)).toBe('agreed on the shares of the classes')
})
