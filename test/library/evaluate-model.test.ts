import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { evaluateModel } from '../../src/library/evaluate-model.ts'
import { loadModel } from '../../src/library/load-model.ts'
import { createLayout } from '../../src/parameters/layout.ts'
import { parseRecipe } from '../../src/recipe/recipe.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { stateOf } from './state-of.ts'

const folder = temporaryFolder()

/** What one feature x says: class 1 where it is above 0. */
async function signModel() {
  const layout = createLayout([
    { name: 'logits/kernel', shape: [1, 2], trainable: true },
    { name: 'logits/bias', shape: [2], trainable: true },
  ])
  const recipe = parseRecipe({ model: { name: 'linear', shape: [1], classes: 2 } })
  const state = mkdtempSync(join(folder.path, 'state-'))
  const model = await loadModel(await stateOf(state, recipe, { layout, parameters: Float32Array.of(-1, 1, 0, 0) }))
  onTestFinished(model.dispose)
  return model
}

test('a module’s samples are judged through the maps that they were learned through', async () => {
  // 0.5 and 1.5 are -0.5 and 0.5 when they are read.
  const file = folder.write(
    'mapped.mjs',
    `const maps = [{ shift: Float64Array.of(1), scale: Float64Array.of(1) }]
     const part = { inputs: Float32Array.of(0.5, 1.5), maps, labels: Int32Array.of(0, 1), shape: [1], classes: 2 }
     export default { train: part, test: part }`,
  )
  const figures = await evaluateModel({ model: await signModel(), data: `module:${file}` })
  expect(figures).toMatchObject({ samples: 4, accuracy: 1 })
})
