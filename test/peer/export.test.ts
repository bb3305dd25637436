import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { createPeer, exportModel, loadDataset, parseRecipe, recipeHash } from '../../src/index.ts'
import { decodeSafetensors, hashParameters } from '../../src/public/models.ts'
import { toLayersModel } from '../../src/training/layers-model/layers-model.ts'
import { layersModelReader } from '../../src/training/layers-model/layers-model-files.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { hearsay, warmHearsay } from './command-line.ts'

const { path } = temporaryFolder()
const state = join(path, 'state')
const recipe = parseRecipe({ model: { name: 'mlp:12' }, training: { steps: 30 } })
const swarm = recipeHash(recipe)

/** Logits of the peer's own model, for these samples. */
let logits: number[]
let parameters: Float32Array
let inputs: Float32Array

interface Predicting {
  predict(inputs: unknown): unknown
  dispose(): unknown
}

async function predictions(model: Predicting): Promise<number[]> {
  const { tensor4d } = await import('@tensorflow/tfjs-core')
  const batch = tensor4d(inputs, [20, 28, 28, 1])
  const output = model.predict(batch) as ReturnType<typeof tensor4d>
  const values = [...output.dataSync()]
  for (const one of [batch, output, model]) one.dispose()
  return values
}

/** A peer that has trained for a while, and was stopped. */
beforeAll(async () => {
  const data = await loadDataset('digits', { seed: 1, samples: 300 })
  inputs = Float32Array.from({ length: 20 * 28 * 28 }, (_, i) => ((i * 7919) % 101) / 101)
  const peer = await createPeer({ recipe, data, state, alone: true })
  try {
    const trained = new Promise(resolve => peer.addEventListener('trained', resolve, { once: true }))
    await peer.start()
    await trained
    parameters = peer.parameters()
    logits = await predictions(await peer.model())
  } finally {
    await peer.stop()
  }
})

test('safetensors read back predict the same as the peer', async () => {
  const to = join(path, 'model.safetensors')
  await exportModel({ state, to })
  const { tensors, metadata } = decodeSafetensors(readFileSync(to))
  expect(metadata).toMatchObject({ swarm, step: '30', parametersHash: hashParameters(parameters) })
  expect(JSON.parse(metadata.recipe)).toEqual(recipe)
  expect(tensors.map(({ name, shape }) => [name, shape])).toEqual([
    ['hidden1/kernel', [784, 12]],
    ['hidden1/bias', [12]],
    ['logits/kernel', [12, 10]],
    ['logits/bias', [10]],
  ])
  const read = Float32Array.from(tensors.flatMap(({ data }) => [...data]))
  const { name, shape, classes } = parseRecipe(JSON.parse(metadata.recipe)).model
  expect(await predictions(await toLayersModel(name, shape, classes, read))).toEqual(logits)
})

test('a LayersModel read back predicts the same as the peer, and says what it is', async () => {
  const to = join(path, 'layers-model')
  await exportModel({ state, to })
  expect(readdirSync(to).sort()).toEqual(['group1-shard1of1.bin', 'model.json'])
  const { loadLayersModel } = await import('@tensorflow/tfjs-layers')
  const model = await loadLayersModel(layersModelReader(join(to, 'model.json')))
  expect(model.getUserDefinedMetadata()).toMatchObject({ hearsay: { swarm, step: 30, recipe } })
  expect(await predictions(model)).toEqual(logits)
})

test('the command line exports, and inspect understands it', async () => {
  const to = join(path, 'told.safetensors')
  const { code, stdout, stderr } = await hearsay('export', '--state', state, '--to', to, '--json')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(JSON.parse(stdout)).toMatchObject({ file: to, format: 'safetensors', swarm, step: 30, recipe })
  expect(await warmHearsay('inspect', to, '--json')).toMatchObject({ code: 0 })
})

test('a folder may be named with a slash behind', async () => {
  const to = join(path, 'with-a-slash')
  const { code, stderr } = await warmHearsay('export', '--state', state, '--to', `${to}/`)
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(readdirSync(to)).toContain('model.json')
})

test('of a damaged checkpoint the one before it is written, and it is said what is lost', async () => {
  const damaged = join(path, 'half-damaged')
  cpSync(state, damaged, { recursive: true })
  writeFileSync(join(damaged, 'checkpoint.safetensors'), 'nothing')
  const to = join(path, 'older.safetensors')
  const { code, stderr } = await warmHearsay('export', '--state', damaged, '--to', to)
  expect([code, existsSync(to)]).toEqual([0, true])
  expect(stderr).toMatch(/checkpoint.safetensors is no checkpoint, .* checkpoint.previous.safetensors, is gone on from/)
})

describe('wrong usage', () => {
  const old = join(path, 'old')
  const foreign = join(path, 'foreign')
  const empty = join(path, 'empty')
  const swarmState = join(path, 'swarm')
  const damaged = join(path, 'damaged')
  const taken = join(path, 'taken')

  beforeAll(() => {
    cpSync(state, old, { recursive: true })
    rmSync(join(old, 'recipe.json'))
    cpSync(state, foreign, { recursive: true })
    writeFileSync(join(foreign, 'recipe.json'), JSON.stringify(parseRecipe({ training: { steps: 31 } })))
    cpSync(state, damaged, { recursive: true })
    for (const name of ['checkpoint.safetensors', 'checkpoint.previous.safetensors']) {
      writeFileSync(join(damaged, name), 'nothing')
    }
    mkdirSync(empty)
    cpSync(state, join(swarmState, 'peer-1'), { recursive: true })
    mkdirSync(taken)
  })

  test.each<[string, () => string[], RegExp, number?]>([
    ['a folder that is there', () => [state, taken], /taken exists already; choose another/],
    ['another format', () => [state, join(path, 'model.h5')], /not written as \.h5; expected a file that ends in/],
    [
      'a folder that cannot be made',
      () => [state, join(path, 'no', 'where')],
      /there is no folder .*no; make it first/,
    ],
    [
      'no state at all',
      () => [join(path, 'nothing'), join(path, 'out')],
      /nothing does not exist; expected the folder/,
    ],
    ['a state without a checkpoint', () => [empty, join(path, 'out')], /has no checkpoint; a peer writes/],
    ["a swarm's state", () => [swarmState, join(path, 'out')], /of a whole swarm; .*peer-1/],
    ['a damaged checkpoint', () => [damaged, join(path, 'out')], /no checkpoint, or it is damaged/, 1],
    ['a state without its recipe', () => [old, join(path, 'out')], /has a checkpoint, but not its recipe/],
    ['a recipe of another swarm', () => [foreign, join(path, 'out')], /its recipe is not that of its checkpoint/],
  ])('%s is refused in one line', async (_what, args, message, expected = 2) => {
    const [from, to] = args()
    const { code, stdout, stderr } = await warmHearsay('export', '--state', from, '--to', to)
    expect({ code, stdout }).toEqual({ code: expected, stdout: '' })
    expect(stderr).toMatch(message)
    expect(stderr.trim().split('\n').length).toBe(1)
    expect(existsSync(join(path, 'out'))).toBe(false)
  })

  test('a file that is there stays as it is', async () => {
    const to = join(path, 'kept.safetensors')
    writeFileSync(to, 'mine')
    await expect(exportModel({ state, to })).rejects.toThrow('exists already')
    expect(readFileSync(to, 'utf8')).toBe('mine')
  })
})
