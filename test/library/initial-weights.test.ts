import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createVirtualNetwork } from '../../simulations/virtual/network.ts'
import { subset } from '../../src/data/dataset.ts'
import type { GossipEvents } from '../../src/gossip/events.ts'
import {
  createPeer,
  exportModel,
  loadDataset,
  type Peer,
  type PeerOptions,
  type RecipeInput,
  simulate,
} from '../../src/index.ts'
import { InitialWeightsError, readInitialWeights } from '../../src/library/initial-weights.ts'
import { requireBareModel } from '../../src/library/require-bare-model.ts'
import { systemClock } from '../../src/library/system-clock.ts'
import { hashParameters } from '../../src/parameters/hash.ts'
import { createLayout } from '../../src/parameters/layout.ts'
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from '../../src/parameters/safetensors.ts'
import { createRandom } from '../../src/random/random.ts'
import { parseRecipe } from '../../src/recipe/recipe.ts'
import { createStillTrainer } from '../../src/standardise/still-trainer.ts'
import { toLayersModel } from '../../src/training/layers-model/layers-model.ts'
import { predictionsOf } from '../../src/training/layers-model/predict.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { saveModel } from '../training/files.ts'
import { stateOf } from './state-of.ts'

const folder = temporaryFolder()
const newFolder = () => mkdtempSync(join(folder.path, 'state-'))
const digits = await loadDataset('digits', { seed: 1, samples: 200 })
const data = {
  ...digits,
  test: subset(
    digits.test,
    Int32Array.from({ length: 100 }, (_, i) => i),
  ),
}
const inputs = data.test.inputs as Float32Array

/** A frozen layer of many weights below one that learns. */
const frozenModel = `module:${folder.write(
  'frozen.mjs',
  `export default ({ layers, shape, classes, seed }) => {
    const kernelInitializer = layers.initializers.glorotUniform({ seed: 1 + seed })
    return layers.sequential({ layers: [
      layers.layers.flatten({ name: 'flat', inputShape: shape }),
      layers.layers.dense({ name: 'base', units: 16, trainable: false, activation: 'relu', kernelInitializer }),
      layers.layers.dense({ name: 'head', units: classes, kernelInitializer }),
    ] })
  }`,
)}`
const FROZEN = 784 * 16 + 16
const MOVING = 16 * 10 + 10

/** Its steps take it nowhere: where it began is where it ends. */
const linear: RecipeInput = { model: { name: 'linear' }, training: { steps: 10, learningRate: 1e-6 } }
const frozen: RecipeInput = { model: { name: frozenModel }, training: { steps: 20 }, exchange: { localSteps: 2 } }

/** Tensors of a linear model of digits, each value of which a half has too. */
const halves: readonly NamedTensor[] = [
  {
    name: 'logits/kernel',
    shape: [784, 10],
    data: Float32Array.from({ length: 7_840 }, (_, i) => (i % 64) / 64 - 0.5),
  },
  { name: 'logits/bias', shape: [10], data: Float32Array.from({ length: 10 }, (_, i) => i / 8) },
]
const plain = folder.write('plain.safetensors', encodeSafetensors({ tensors: halves, metadata: {} }))

/** The same tensors as F16, in another order. */
function writeHalves(): string {
  const [kernel, bias] = halves
  const header = JSON.stringify({
    [bias.name]: { dtype: 'F16', shape: bias.shape, data_offsets: [0, 20] },
    [kernel.name]: { dtype: 'F16', shape: kernel.shape, data_offsets: [20, 15_700] },
  })
  const file = Buffer.alloc(8 + header.length + 15_700)
  file.writeBigUInt64LE(BigInt(header.length))
  file.write(header, 8)
  for (const [i, value] of [...bias.data, ...kernel.data].entries()) {
    file.writeUInt16LE(halfOf(value), 8 + header.length + 2 * i)
  }
  return folder.write('halves.safetensors', file)
}

/** Of multiples of 1/64 below 2. */
function halfOf(value: number): number {
  if (value === 0) return 0
  const exponent = Math.floor(Math.log2(Math.abs(value)))
  return (
    (value < 0 ? 0x8000 : 0) | ((exponent + 15) << 10) | (Math.round(1024 * (Math.abs(value) / 2 ** exponent)) - 1024)
  )
}

async function recipeFrom(recipe: RecipeInput, file: string): Promise<RecipeInput> {
  return { ...recipe, start: { from: (await readInitialWeights(recipe, file)).hash } }
}

/** Any weights of the whole frozen model. */
function writeWhole(): { readonly file: string; readonly tensors: readonly NamedTensor[] } {
  const random = createRandom('whole')
  const tensors = [
    { name: 'head/kernel', shape: [16, 10] },
    { name: 'head/bias', shape: [10] },
    { name: 'base/kernel', shape: [784, 16] },
    { name: 'base/bias', shape: [16] },
  ].map(({ name, shape }) => ({
    name,
    shape,
    data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => 0.1 * random.normal()),
  }))
  return { file: folder.write('whole.safetensors', encodeSafetensors({ tensors, metadata: {} })), tensors }
}

async function started(options: PeerOptions): Promise<Peer> {
  const peer = await createPeer({ data, backend: 'cpu', ...options })
  onTestFinished(() => peer.stop('interrupted'))
  await peer.start()
  return peer
}

const untilSealed = (...peers: readonly Peer[]) =>
  Promise.all(peers.map(peer => peer.untilConsensus({ signal: AbortSignal.timeout(60_000) })))

const createNetwork = () => createVirtualNetwork(systemClock, createRandom('weights'), { delay: '0', loss: 0 })

describe('the weights in a file', () => {
  test('of a model that was exported with what standardises samples and targets are those that were trained', async () => {
    const regression = parseRecipe({
      model: { name: 'linear', shape: [2], classes: 0, outputs: 1 },
      objective: { task: 'regress' },
      data: { standardise: true },
    })
    const layout = createLayout([
      { name: 'logits/kernel', shape: [2, 1], trainable: true },
      { name: 'logits/bias', shape: [1], trainable: true },
    ])
    const parameters = Float32Array.of(3, 4, 5)
    const state = await stateOf(
      newFolder(),
      regression,
      { layout, parameters },
      {
        mean: [7, 8],
        variance: [9, 4],
        targets: { mean: [100], variance: [16] },
      },
    )
    const to = join(newFolder(), 'model')
    await exportModel({ state, to })
    expect((await readInitialWeights(regression, to)).weights).toEqual(parameters)
    // As a model it would standardise once more.
    const twice = { ...regression, model: { ...regression.model, name: `tfjs:${join(to, 'model.json')}` } }
    await expect(requireBareModel(twice)).rejects.toThrow(`begin from its weights with --from ${to}`)
    await requireBareModel({ ...twice, data: { standardise: false } })
  })

  test('are the same for every format that holds the same values, and are known by what hearsay writes beside them', async () => {
    const wanted = hashParameters(Float32Array.from(halves.flatMap(({ data }) => [...data])))
    const model = await toLayersModel(
      'linear',
      [28, 28, 1],
      10,
      Float32Array.from(halves.flatMap(({ data }) => [...data])),
    )
    const tfjs = await saveModel(model, join(folder.path, 'tfjs'))
    model.dispose()
    for (const file of [plain, writeHalves(), tfjs, join(folder.path, 'tfjs')]) {
      expect(await readInitialWeights(linear, file)).toMatchObject({ hash: wanted, warning: undefined })
    }
  })

  test('may have other names where all shapes agree, with a word', async () => {
    const renamed = halves.map((tensor, i) => ({ ...tensor, name: `${i}` }))
    const file = folder.write('renamed.safetensors', encodeSafetensors({ tensors: renamed, metadata: {} }))
    const { hash, warning } = await readInitialWeights(linear, file)
    expect(hash).toBe((await readInitialWeights(linear, plain)).hash)
    expect(warning).toContain(
      "have other names than the model's, and were taken in their order, as all shapes agree: 0 is logits/kernel",
    )
  })

  test('are refused where there are none, or they are of another model', async () => {
    const missing = readInitialWeights(linear, join(folder.path, 'nowhere.safetensors'))
    await expect(missing).rejects.toThrow(InitialWeightsError)
    await expect(missing).rejects.toThrow('nowhere.safetensors cannot be read')
    await expect(readInitialWeights(linear, folder.write('text.safetensors', 'no tensors'))).rejects.toThrow(
      'text.safetensors is no file of weights',
    )
    const checkpoint = encodeSafetensors({ tensors: halves, metadata: { hearsay: '2', state: '{}' } })
    await expect(readInitialWeights(linear, folder.write('checkpoint.safetensors', checkpoint))).rejects.toThrow(
      "is a peer's checkpoint, and no model: write its model with hearsay export --state DIR",
    )
    const strict = { ...linear, security: { maximumNorm: 5 } }
    await expect(readInitialWeights(strict, plain)).rejects.toThrow(
      'what is trained of its weights has a norm of 25.7, and the recipe lets peers merge up to 5',
    )
    await expect(readInitialWeights({ model: { name: 'mlp:4' } }, plain)).rejects.toThrow(
      'hidden1/kernel [784, 4] is missing',
    )
  })
})

describe('a peer of a recipe that begins from weights', () => {
  test('begins from its file, and one without fetches them, keeps them, and goes on without the others', async () => {
    const recipe = await recipeFrom(linear, plain)
    const network = createNetwork()
    const state = newFolder()
    const ben = await createPeer({ recipe, data, backend: 'cpu', network: network.join('ben'), state })
    onTestFinished(() => ben.stop('interrupted'))
    const waited: GossipEvents['waiting'][] = []
    ben.addEventListener('waiting', ({ detail }) => waited.push(detail))
    await ben.start()
    await expect(ben.predict(inputs)).rejects.toThrow('the peer has no model yet')
    expect(existsSync(join(state, 'initial.safetensors'))).toBe(false)
    const anna = await started({ recipe, from: plain, network: network.join('anna') })
    const [first, second] = await untilSealed(anna, ben)
    expect(first.parametersHash).toBe(second.parametersHash)
    expect(waited[0]).toMatchObject({ for: 'weights', present: 0 })
    expect(ben.status().fetchedBytes).toBeGreaterThan(4 * 7_850)
    expect(decodeSafetensors(readFileSync(join(state, 'initial.safetensors'))).tensors).toEqual(halves)
    const began = Float32Array.from(halves.flatMap(({ data }) => [...data]))
    expect(distance(ben.parameters(), began)).toBeLessThan(1e-2)
    await Promise.all([anna.stop('interrupted'), ben.stop('interrupted')])

    const again = await createPeer({ recipe, data, backend: 'cpu', network: createNetwork().join('ben'), state })
    onTestFinished(() => again.stop('interrupted'))
    expect(again.parameters()).toEqual(ben.parameters())
  })

  test('is refused another file, by both hashes, and any file where the recipe names no weights', async () => {
    const recipe = await recipeFrom(linear, plain)
    const others = halves.map(tensor => ({ ...tensor, data: tensor.data.map(value => value / 2) }))
    const other = folder.write('other.safetensors', encodeSafetensors({ tensors: others, metadata: {} }))
    const { hash } = await readInitialWeights(linear, other)
    const layout = createLayout(halves.map(({ name, shape }) => ({ name, shape, trainable: true })))
    const create = (options: PeerOptions) =>
      createPeer({ trainer: createStillTrainer(layout, async () => new Float32Array(7_850)), alone: true, ...options })
    await expect(create({ recipe, from: other })).rejects.toThrow(InitialWeightsError)
    await expect(create({ recipe, from: other })).rejects.toThrow(
      `other.safetensors has the weights ${hash}, the recipe begins from ${recipe.start?.from}`,
    )
    await expect(create({ recipe: linear, from: plain })).rejects.toThrow(
      'the recipe names no weights to begin from; write one that does with hearsay init --from FILE',
    )
    await expect(create({ recipe, from: new Float32Array(3) })).rejects.toThrow('from has 3 numbers; expected 7850')
    const peer = await create({ recipe, from: plain })
    onTestFinished(() => peer.stop('interrupted'))
    expect(hashParameters(peer.parameters())).toBe(recipe.start?.from)
  })

  test('cannot train alone without them, nor begin from anything else', async () => {
    const recipe = await recipeFrom(linear, plain)
    await expect(createPeer({ recipe, data, backend: 'cpu', alone: true })).rejects.toThrow('fetch from nobody')
    await expect(createPeer({ recipe, data, initial: new Float32Array(7_850) })).rejects.toThrow('leave out initial')
    await expect(simulate({ recipe, data, peers: 2, seed: 1 })).rejects.toThrow(
      'give the file that has them, with --from FILE',
    )
  })

  test('may have a trainer of its own, whose parameters they are', async () => {
    const layout = createLayout([{ name: 'x', shape: [3], trainable: true }])
    const vector = Float32Array.of(1, 2, 3)
    const own = () => createStillTrainer(layout, async () => new Float32Array(3))
    const recipe: RecipeInput = { model: { name: 'mine' }, start: { from: hashParameters(vector) } }
    const network = createNetwork()
    const anna = await createPeer({ recipe, trainer: own(), from: vector, steps: 0, network: network.join('anna') })
    const ben = await createPeer({ recipe, trainer: own(), steps: 0, network: network.join('ben') })
    for (const peer of [anna, ben]) onTestFinished(() => peer.stop('interrupted'))
    await Promise.all([anna.start(), ben.start()])
    await untilSealed(anna, ben)
    expect([...ben.parameters()]).toEqual([1, 2, 3])
  })
})

describe('a model with a frozen layer', () => {
  test('over real sockets: what is frozen is fetched once, sent in no exchange, and in every export', async () => {
    const { file, tensors } = writeWhole()
    const recipe = await recipeFrom(frozen, file)
    const state = newFolder()
    const loopback = { listen: ['/ip4/127.0.0.1/tcp/0'], mdns: false }
    const anna = await started({ recipe, from: file, network: loopback })
    const ben = await started({ recipe, state, network: { ...loopback, connect: anna.addresses() } })
    const [first, second] = await untilSealed(anna, ben)
    expect(first.parametersHash).toBe(second.parametersHash)
    expect(ben.parameters()).toHaveLength(MOVING)
    expect(ben.frozen?.values).toEqual(anna.frozen?.values)
    expect(ben.frozen?.values.slice(0, 784 * 16)).toEqual(tensors[2].data)
    const { streams, fetchedBytes, exchanges } = ben.status()
    expect(fetchedBytes).toBeGreaterThan(4 * (FROZEN + MOVING))
    expect(exchanges).toBeGreaterThan(1)
    expect((streams.exchange.bytesIn + streams.exchange.bytesOut) / exchanges).toBeLessThan(4 * FROZEN)
    const [theirs, ours] = [await anna.predict(inputs), await ben.predict(inputs)]
    expect(ours).toEqual(theirs)
    const { accuracy } = await ben.evaluate()
    const right = ours.filter((row, i) => row.indexOf(Math.max(...row)) === data.test.labels[i]).length
    expect(right / ours.length).toBeCloseTo(accuracy, 6)
    await Promise.all([anna.stop('interrupted'), ben.stop('interrupted')])

    const to = join(newFolder(), 'model.safetensors')
    await exportModel({ state, to })
    const exported = decodeSafetensors(readFileSync(to))
    expect(exported.tensors.map(({ name }) => name)).toEqual(tensors.map(({ name }) => name))
    expect(exported.tensors.slice(2)).toEqual(tensors.slice(2))
    // And so it is what another swarm can begin from.
    expect((await readInitialWeights(frozen, to)).hash).toBe(exported.metadata.parametersHash)
    const tfjs = join(newFolder(), 'model')
    await exportModel({ state, to: tfjs })
    expect((await readInitialWeights(frozen, tfjs)).hash).toBe(exported.metadata.parametersHash)
  })

  test('without weights to begin from, is exported with what its seed gives', async () => {
    const state = newFolder()
    const peer = await started({ recipe: frozen, state, alone: true })
    await peer.untilConsensus()
    await peer.stop()
    const to = join(newFolder(), 'model.safetensors')
    await exportModel({ state, to })
    const { tensors } = decodeSafetensors(readFileSync(to))
    expect(tensors.map(({ name }) => name)).toEqual(['head/kernel', 'head/bias', 'base/kernel', 'base/bias'])
    expect(tensors[2].data).toEqual(peer.frozen?.values.slice(0, 784 * 16))
    writeFileSync(join(state, 'initial.safetensors'), 'damaged')
    await expect(exportModel({ state, to: join(newFolder(), 'm.safetensors') })).rejects.toThrow(
      'the weights that it begins with cannot be read',
    )
  })

  test('exchanges have as many bytes less than those of the same model thawed as the frozen part has', async () => {
    const source = readFileSync(frozenModel.slice('module:'.length), 'utf8')
    const thawed = folder.write('thawed.mjs', source.replace('trainable: false', 'trainable: true'))
    const bytes: number[] = []
    for (const name of [frozenModel, `module:${thawed}`]) {
      const recipe = { ...frozen, model: { name } }
      const { peerResults } = await simulate({ recipe, data, peers: 2, seed: 1, backend: 'cpu' })
      bytes.push(peerResults[0].exchangeBytes ?? 0)
    }
    const [after, before] = bytes
    // Float32, both ways. What is said before the frames and after them is the same for both.
    const exchanges = Math.round((before - after) / (2 * 4 * FROZEN))
    expect(exchanges).toBeGreaterThan(8)
    expect((before - after) / exchanges / (2 * 4 * FROZEN)).toBeCloseTo(1, 3)
    // Two that come at once both propose, and one of them is refused.
    expect(after / exchanges).toBeLessThan(2 * 4 * MOVING + 400)
  })
})

test.each([
  ['virtual', 'with a frozen layer', frozen, writeWhole().file],
  ['matrix', 'with a frozen layer', frozen, writeWhole().file],
  ['matrix', 'of which many are stacked', linear, plain],
] as const)('a simulation begins where it is told to: engine %s, a model %s', async (engine, _what, recipe, file) => {
  const { weights, hash } = await readInitialWeights(recipe, file)
  const begun = { ...recipe, training: { steps: 1 }, start: { from: hash } }
  const { rounds } = await simulate({ recipe: begun, data, from: weights, peers: 2, seed: 1, engine })
  const model = await toLayersModel(recipe.model?.name ?? '', [28, 28, 1], 10, weights)
  const rows = await predictionsOf(model, inputs, [28, 28, 1], 'probabilities')
  model.dispose()
  const { labels } = data.test
  const loss = labels.reduce((sum, label, i) => sum - Math.log(rows[10 * i + label]), 0) / labels.length
  expect(rounds[0].merged?.loss).toBeCloseTo(loss, 3)
})

function distance(a: Float32Array, b: Float32Array): number {
  return Math.hypot(...a.map((value, i) => value - b[i]))
}
