import { readFileSync, rmSync } from 'node:fs'
import type { Tensor } from '@tensorflow/tfjs-core'
import { expect, type TestContext, test } from 'vitest'
import { type Dataset, samples } from '../../src/data/dataset.ts'
import { createPeer } from '../../src/library/create-peer.ts'
import { exportModel } from '../../src/library/export-model.ts'
import type { Peer, PeerOptions } from '../../src/library/peer.ts'
import { decodeSafetensors } from '../../src/parameters/safetensors.ts'
import { createRandom } from '../../src/random/random.ts'
import type { RecipeInput } from '../../src/recipe/recipe.ts'
import type { AgreedStatistics } from '../../src/standardise/statistics.ts'
import { inputsOf } from '../data/inputs-of.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const folder = temporaryFolder()
const LOOPBACK = '/ip4/127.0.0.1/tcp/0'

const recipe: RecipeInput = {
  model: { name: 'linear', shape: [3], classes: 2 },
  training: { steps: 60, batch: 16 },
  data: { standardise: true },
}

/** Two classes that differ in every feature by much of its spread; features and peers of very different scales. */
function dataOf(peer: number, count = 60 + 40 * peer): Dataset {
  const random = createRandom(`data/${peer}`)
  const labels = Int32Array.from({ length: count }, (_, i) => i % 2)
  const inputs = new Float32Array(3 * count)
  for (let sample = 0; sample < count; sample++) {
    const side = 4 * labels[sample] - 2
    inputs[3 * sample] = 1e4 + 500 * (side + random.normal() + peer)
    inputs[3 * sample + 1] = 1e-3 * (side + random.normal() - peer)
    inputs[3 * sample + 2] = 7
  }
  return { name: `peer ${peer}`, inputs, labels, shape: [3], classes: 2 }
}

function pooled(peers: readonly number[]): AgreedStatistics {
  const rows = peers.flatMap(peer => {
    const inputs = dataOf(peer).inputs as Float32Array
    return Array.from({ length: inputs.length / 3 }, (_, i) => inputs.subarray(3 * i, 3 * i + 3))
  })
  const mean = Float64Array.from({ length: 3 }, (_, f) => rows.reduce((sum, row) => sum + row[f], 0) / rows.length)
  const variance = mean.map((m, f) => rows.reduce((sum, row) => sum + (row[f] - m) ** 2, 0) / rows.length)
  return { mean, variance }
}

/** Makes a peer that is stopped when the test has ended: tests run side by side, for most of their time they wait. */
async function make(
  { onTestFinished }: TestContext,
  index: number,
  connect: readonly string[],
  options: PeerOptions = {},
): Promise<Peer> {
  const peer = await createPeer({
    recipe,
    data: { train: dataOf(index), test: dataOf(9) },
    network: { listen: [LOOPBACK], connect, mdns: false },
    seed: index,
    backend: 'cpu',
    ...options,
  })
  onTestFinished(async () => {
    await Promise.allSettled([peer.stop()])
  })
  return peer
}

function untilStandardised(peer: Peer): Promise<void> {
  return new Promise((resolve, reject) => {
    peer.addEventListener('standardised', () => resolve())
    peer.addEventListener('failed', ({ detail }) => reject(detail.error))
  })
}

test.concurrent('three real peers agree on the statistics of all their samples, and learn by them; who comes later takes the same', async context => {
  const first = await make(context, 0, [])
  await first.listen()
  const peers = [first, await make(context, 1, first.addresses()), await make(context, 2, first.addresses())]
  const standardised = peers.map(untilStandardised)
  await Promise.all(peers.map(peer => peer.start()))
  await Promise.all(standardised)

  const agreed = first.standardisation() as AgreedStatistics
  for (const peer of peers) expect(peer.standardisation()).toEqual(agreed)
  const expected = pooled([0, 1, 2])
  for (const feature of [0, 1]) {
    const spread = Math.sqrt(expected.variance[feature])
    expect(Math.abs(agreed.mean[feature] - expected.mean[feature]) / spread).toBeLessThan(1e-4)
    expect(Math.abs(agreed.variance[feature] / expected.variance[feature] - 1)).toBeLessThan(1e-4)
  }
  expect(agreed.mean[2]).toBeCloseTo(7, 4)

  const late = await make(context, 3, first.addresses())
  const lateStandardised = untilStandardised(late)
  await late.start()
  await lateStandardised
  expect(late.standardisation()).toEqual(agreed)

  const signal = AbortSignal.timeout(40_000)
  const sealed = await Promise.all([...peers, late].map(peer => peer.untilConsensus({ signal })))
  expect(new Set(sealed.map(({ parametersHash }) => parametersHash)).size).toBe(1)
  // Without standardising, a feature of 10,000 makes the loss explode, and one of 0.001 teaches nothing.
  const { accuracy } = await first.evaluate()
  expect(accuracy).toBeGreaterThan(0.95)
  // The model is that of samples as they are.
  const model = await first.model()
  const { argMax, tensor2d } = await import('@tensorflow/tfjs-core')
  const test = dataOf(9)
  const predicted = argMax(model.predict(tensor2d(inputsOf(test), [samples(test), 3])) as Tensor, 1).dataSync()
  const right = test.labels.filter((label, i) => label === predicted[i]).length
  expect(right / samples(test)).toBeCloseTo(accuracy, 6)
  model.dispose()
})

test.concurrent('a peer that is started again, and a model that is exported, have the statistics that were agreed', async context => {
  const [one, two] = [`${folder.path}/one`, `${folder.path}/two`]
  const first = await make(context, 0, [], { state: one })
  await first.listen()
  const second = await make(context, 1, first.addresses(), { state: two })
  const standardised = [first, second].map(untilStandardised)
  await Promise.all([first.start(), second.start()])
  await Promise.all(standardised)
  const agreed = first.standardisation()
  await Promise.all([first.stop(), second.stop()])

  await exportModel({ state: one, to: `${folder.path}/model` })
  await exportModel({ state: one, to: `${folder.path}/model.safetensors` })
  const { metadata } = decodeSafetensors(readFileSync(`${folder.path}/model.safetensors`))
  const [large, small] = Array.from(agreed?.variance ?? [], Math.sqrt)
  expect(JSON.parse(metadata.standardisation)).toEqual({
    mean: [...(agreed?.mean ?? [])],
    // The last feature is the same for all, and is divided by nothing.
    deviation: [large, small, 1],
  })
  const { modelTopology } = JSON.parse(readFileSync(`${folder.path}/model/model.json`, 'utf8'))
  expect(JSON.stringify(modelTopology)).toContain('"name":"standardise"')

  const again = await make(context, 0, [], { state: one })
  const known = untilStandardised(again)
  await again.start()
  await known
  expect(again.standardisation()).toEqual(agreed)
})

test.concurrent('a peer that averages with nobody standardises by its own samples', async context => {
  const alone = await make(context, 0, [], { recipe: { ...recipe, averaging: { rule: 'none' } } })
  const known = untilStandardised(alone)
  await alone.start()
  await known
  const { mean } = alone.standardisation() as AgreedStatistics
  expect(mean[0]).toBeCloseTo(pooled([0]).mean[0], 6)
})

test.concurrent('a peer that comes after the seal, or comes back sealed, takes the statistics first', async context => {
  const state = `${folder.path}/late`
  const first = await make(context, 0, [])
  await first.listen()
  const peers = [first, await make(context, 1, first.addresses())]
  await Promise.all(peers.map(peer => peer.start()))
  const signal = AbortSignal.timeout(40_000)
  const [{ parametersHash }] = await Promise.all(peers.map(peer => peer.untilConsensus({ signal })))

  for (const _time of ['first', 'second']) {
    const late = await make(context, 2, first.addresses(), { state })
    await late.start()
    expect((await late.untilConsensus({ signal })).parametersHash).toBe(parametersHash)
    expect(late.standardisation()).toEqual(first.standardisation())
    expect((await late.evaluate()).accuracy).toBeGreaterThan(0.95)
    await late.stop()
  }
})

test.concurrent('a peer whose statistics cannot be kept any more still stops: others no longer reach it', async context => {
  const state = `${folder.path}/removed`
  const peer = await make(context, 0, [], { state })
  const started = new Promise(resolve => peer.addEventListener('started', resolve))
  await peer.start()
  await started
  expect(peer.addresses()).not.toEqual([])
  rmSync(state, { recursive: true })
  await expect(peer.stop()).rejects.toThrow('cannot be written')
  expect(peer.addresses()).toEqual([])
})
