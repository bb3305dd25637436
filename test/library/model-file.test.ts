import { cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createPeer, loadDataset, type PeerOptions } from '../../src/index.ts'
import { identifyModel, ModelDigestError } from '../../src/library/identify-model.ts'
import { parseRecipe, recipeHash, recipeHashWithPath } from '../../src/recipe/recipe.ts'
import { openStateDirectory, readState } from '../../src/storage/state-directory.ts'
import { ModelFileError } from '../../src/training/errors.ts'
import { toLayersModel } from '../../src/training/layers-model/layers-model.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { saveModel } from '../training/files.ts'

const { path } = temporaryFolder()
const data = await loadDataset('digits', { seed: 1, samples: 50 })
const model = await toLayersModel('linear', [28, 28, 1], 10, new Float32Array(7_850))
const file = await saveModel(model, join(path, 'theirs'))
model.dispose()
const mine = join(path, 'mine')
mkdirSync(mine)
cpSync(join(path, 'theirs'), mine, { recursive: true })

const recipe = await identifyModel(parseRecipe({ model: { name: `tfjs:${file}` }, training: { steps: 1 } }))
const elsewhere = { ...recipe, model: { ...recipe.model, name: 'tfjs:/somewhere/else/model.json' } }

async function created(options: PeerOptions) {
  const peer = await createPeer({ data, backend: 'cpu', alone: true, ...options })
  onTestFinished(() => peer.stop('interrupted'))
  return peer
}

test('a peer says where its own copy of the model lies, and is of the same swarm', async () => {
  const peer = await created({ recipe: elsewhere, modelFile: join(mine, 'model.json') })
  expect(peer.swarm).toBe(recipeHash(recipe))
  expect(peer.recipe.model.name).toBe(`tfjs:${join(mine, 'model.json')}`)
})

test('a recipe whose file is not here says what to do, and a copy of something else is refused by both digests', async () => {
  await expect(created({ recipe: elsewhere })).rejects.toThrow(ModelFileError)
  await expect(created({ recipe: elsewhere })).rejects.toThrow(
    `--model-file FILE says where this peer's copy lies, which has the SHA-256 ${recipe.model.digest}`,
  )
  const other = await toLayersModel('linear', [28, 28, 1], 10, new Float32Array(7_850).fill(1))
  const wrong = await saveModel(other, join(path, 'wrong'))
  other.dispose()
  await expect(created({ recipe, modelFile: wrong })).rejects.toThrow(ModelDigestError)
  await expect(created({ recipe: { model: { name: 'cnn' } }, modelFile: file })).rejects.toThrow(
    "the recipe's model cnn is made from no file: leave out --model-file",
  )
})

test('a state that 0.1 has kept under a swarm id with the path goes on in the swarm without it', async () => {
  const folder = join(path, 'state')
  const state = await openStateDirectory(folder)
  await state.identity(async () => (await import('../../src/index.ts')).createIdentity())
  await state.release()
  const first = await created({ recipe, state: folder })
  await first.start()
  await first.untilConsensus()
  await first.stop()
  const { checkpoint } = await readState(folder)
  const old = await openStateDirectory(folder)
  await old.storage(first.layout).save({ ...checkpoint, swarm: recipeHashWithPath(recipe) })
  await old.release()

  const second = await created({ recipe, state: folder })
  expect(second.swarm).toBe(recipeHash(recipe))
  expect(second.status().step).toBe(1)
  expect((await readState(folder)).checkpoint.swarm).toBe(recipeHash(recipe))
})
