import { expect, test } from 'vitest'
import type { LoadedModel } from '../../src/library/load-model.ts'
import { predictTable } from '../../src/library/predict-table.ts'
import { parseRecipe } from '../../src/recipe/recipe.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const folder = temporaryFolder()

test('classes that the recipe does not name go by their numbers', async () => {
  const recipe = parseRecipe({
    model: { name: 'linear', shape: [1], classes: 2 },
    data: {
      table: { columns: [{ name: 'x', kind: 'number' }], label: { kind: 'class', name: 'label' }, missing: [] },
    },
  })
  const predict: LoadedModel['predict'] = async inputs =>
    Float64Array.from([...inputs].flatMap(x => (x > 1 ? [0.25, 0.75] : [0.5, 0.5])))
  const model = { recipe, predict } as LoadedModel
  const { header, blocks } = await predictTable(model, `csv:${folder.write('new.csv', 'x,y\n1,a\n2,b\n')}`)
  expect(header).toEqual(['x', 'y', 'predicted label', 'p(0)', 'p(1)'])
  const rows = []
  for await (const block of blocks) rows.push(...block)
  expect(rows).toEqual([
    ['1', 'a', '0', '0.5', '0.5'],
    ['2', 'b', '1', '0.25', '0.75'],
  ])
})
