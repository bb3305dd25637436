import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { createVirtualClock } from '../../simulations/virtual/clock.ts'
import { createVirtualDisk } from '../../simulations/virtual/disk.ts'
import { loadDataset } from '../../src/data/sources.ts'
import { UsageError } from '../../src/errors.ts'
import { createPeer } from '../../src/library/create-peer.ts'
import type { PeerOptions } from '../../src/library/peer.ts'
import { saveLayersModel } from '../../src/library/save-layers-model.ts'
import { createIdentity } from '../../src/network/identity.ts'
import { defaultRecipe } from '../../src/recipe/recipe.ts'
import { inputsOf } from '../data/inputs-of.ts'

const data = await loadDataset('digits', { seed: 1, samples: 200 })
const folder = mkdtempSync(join(tmpdir(), 'hearsay-embedded-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const quick: PeerOptions = {
  recipe: { model: { name: 'linear' }, training: { steps: 40 } },
  data,
  alone: true,
  backend: 'cpu',
}

test('predict gives the probabilities of classes, without TensorFlow.js at the caller', async () => {
  const peer = await createPeer(quick)
  onTestFinished(() => peer.stop())
  await peer.start()
  await peer.untilConsensus()
  const { accuracy } = await peer.evaluate()
  const rows = await peer.predict(inputsOf(data.test))
  expect(rows).toHaveLength(data.test.labels.length)
  for (const row of rows) {
    expect(row).toHaveLength(10)
    expect(row.reduce((sum, probability) => sum + probability, 0)).toBeCloseTo(1, 5)
  }
  const right = rows.filter((row, i) => row.indexOf(Math.max(...row)) === data.test.labels[i]).length
  expect(right / rows.length).toBeCloseTo(accuracy, 6)
  await expect(peer.predict(new Float32Array(785))).rejects.toThrow(
    'predict: inputs has 785 numbers; it must be a multiple of 784',
  )
})

test('without a recipe a peer is of the swarm of `hearsay peer`', async () => {
  const peer = await createPeer({ ...quick, recipe: undefined })
  onTestFinished(() => peer.stop())
  expect(peer.recipe).toEqual(defaultRecipe)
})

test('a peer begins from the parameters that it is given, and stops at the end of its block', async () => {
  const initial = new Float32Array(7_850).fill(0.5)
  let stopped = false
  const peer = await createPeer({ ...quick, initial })
  peer.addEventListener('stopped', () => {
    stopped = true
  })
  expect(peer.parameters()).toEqual(initial)
  // What `await using` does at the end of a block; not written so here, because dependency-cruiser cannot read it yet.
  await peer[Symbol.asyncDispose]()
  expect(stopped).toBe(true)
  const short = createPeer({ ...quick, initial: new Float32Array(3) })
  await expect(short).rejects.toThrow(UsageError)
  await expect(short).rejects.toThrow('initial has 3 numbers; it must have 7850')
})

test('a peer goes on from a storage that is handed in, with its identity', async () => {
  const identity = await createIdentity()
  const clock = createVirtualClock()
  const disk = createVirtualDisk()
  /** The disk's flushes take no time. */
  const storage = () => disk.open({ ...clock, sleep: async () => {} })
  const first = await createPeer({ ...quick, identity, storage: storage() })
  await first.start()
  await first.untilConsensus()
  await first.stop()
  const second = await createPeer({ ...quick, identity, storage: storage() })
  onTestFinished(() => second.stop())
  expect(second.id).toBe(first.id)
  expect(second.status().step).toBe(40)
  expect(second.parameters()).toEqual(first.parameters())
})

test.each<[message: string, options: PeerOptions]>([
  ['state and storage both say', { state: './me', storage: './me' }],
  ['give identity, which createIdentity makes', { storage: createVirtualDisk().open(createVirtualClock()) }],
  ['leave out identity', { storage: './me', identity: new Uint8Array(68) }],
])('what is kept, and where: %s', async (message, options) => {
  await expect(createPeer({ ...quick, ...options })).rejects.toThrow(message)
})

test('a LayersModel is handed in, and is what a peer begins from', async () => {
  const { layers, sequential } = await import('@tensorflow/tfjs-layers')
  const { setBackend } = await import('@tensorflow/tfjs-core')
  await import('@tensorflow/tfjs-backend-cpu')
  await setBackend('cpu')
  const model = sequential()
  model.add(layers.flatten({ inputShape: [28, 28, 1] }))
  model.add(layers.dense({ units: 10, activation: 'softmax', biasInitializer: 'ones' }))
  const name = await saveLayersModel(model, join(folder, 'handed-in'))
  const recipe = { model: { name }, training: { steps: 1 } }
  const peer = await createPeer({ ...quick, recipe })
  onTestFinished(() => peer.stop())
  const [kernel, bias] = model.getWeights().map(weight => weight.dataSync<'float32'>())
  expect(peer.parameters()).toEqual(Float32Array.from([...kernel, ...bias]))
  await expect(saveLayersModel({} as never, join(folder, 'none'))).rejects.toThrow(
    'saveLayersModel: model is of the type Object',
  )
})
