import { expect, test, vi } from 'vitest'
import { sampleText } from '../../src/library/sample-text.ts'
import { createRandom } from '../../src/random/random.ts'
import { parseRecipe } from '../../src/recipe/recipe.ts'
import { startBackend } from '../../src/training/backend.ts'
import { createTrainer } from '../../src/training/create-trainer.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { blobOptions } from '../training/blobs.ts'
import { poem } from '../training/poem.ts'

const folder = temporaryFolder()
const data = poem(8)

/** A language model of sequences of any length; the layer in its middle is given by its source. */
function recipeOf(name: string, middle: string) {
  const file = folder.write(
    `${name}.mjs`,
    `export default ({ tf, layers, classes }) => {
      class Failing extends layers.layers.Layer {
        static className = 'Failing'
        call() { throw new Error('no memory left') }
      }
      const input = layers.input({ shape: [null] })
      const embedded = layers.layers.embedding({ inputDim: classes, outputDim: 4 }).apply(input)
      const middle = ${middle}.apply(embedded)
      return layers.model({ inputs: input, outputs: layers.layers.dense({ units: classes }).apply(middle) })
    }`,
  )
  const { shape, classes, classNames } = data
  return parseRecipe({
    objective: { task: 'language' },
    model: { name: `module:${file}`, shape, classes, classNames },
  })
}

test('a model of sequences of any length writes with as many characters before it as the recipe says', async () => {
  const recipe = recipeOf('any', "layers.layers.activation({ activation: 'tanh' })")
  const trainer = await createTrainer({ ...blobOptions, model: recipe.model.name, shard: data, test: data })
  const text = await sampleText(recipe, await trainer.initial(), createRandom(1))
  await trainer.stop()
  expect(text).toHaveLength(400)
  for (const character of text ?? '') expect(data.classNames).toContain(character)
})

test('a model that fails writes nothing, and a warning says why: the run that is over is not lost', async () => {
  ;(await startBackend('wasm')).select()
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  const recipe = recipeOf('failing', 'new Failing()')
  const parameters = new Float32Array(4 * data.classes + (4 + 1) * data.classes)
  expect(await sampleText(recipe, parameters, createRandom(1))).toBeUndefined()
  expect(warn.mock.calls.map(([message]) => message)).toEqual([
    expect.stringMatching(/cannot be sampled: no memory left/),
  ])
  warn.mockRestore()
})
