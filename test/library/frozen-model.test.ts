import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import * as layers from '@tensorflow/tfjs-layers'
import * as ort from 'onnxruntime-web'
import { beforeAll, describe, expect, test } from 'vitest'
import { createPeer, exportModel, loadModel, type Peer, recipeFor } from '../../src/index.ts'
import { encodeModel } from '../../src/library/encode-model.ts'
import type { FrozenPart } from '../../src/parameters/frozen.ts'
import { createRandom } from '../../src/random/random.ts'
import { startBackend } from '../../src/training/backend.ts'
import { layersModelReader } from '../../src/training/layers-model/layers-model-files.ts'
import { temporaryFolder } from '../temporary-folder.ts'

ort.env.wasm.numThreads = 1

const { path, write } = temporaryFolder()

/** A frozen part with statistics of its own far from 0, below a part that learns and has some that move. */
const model = `module:${write(
  'frozen.mjs',
  `export default ({ layers, shape, classes, seed }) => {
    const kernelInitializer = layers.initializers.glorotUniform({ seed: 1 + seed })
    const constant = value => layers.initializers.constant({ value })
    return layers.sequential({ layers: [
      layers.layers.dense({ name: 'base', units: 8, inputShape: shape, trainable: false, kernelInitializer, biasInitializer: constant(30) }),
      layers.layers.batchNormalization({ name: 'still', trainable: false, movingMeanInitializer: constant(30), movingVarianceInitializer: constant(0.1) }),
      layers.layers.batchNormalization({ name: 'norm' }),
      layers.layers.dense({ name: 'head', units: classes, kernelInitializer }),
    ] })
  }`,
)}`

const random = createRandom('frozen model')
const train = {
  name: 'measured',
  inputs: Float32Array.from({ length: 240 }, (_, i) => 100 * (i % 3) + (i % 2) + random.normal()),
  labels: Int32Array.from({ length: 80 }, (_, i) => i % 2),
  shape: [3],
  classes: 2,
}
const { inputs, labels } = train

/** `[samples × classes]` */
let expected: readonly number[]
let peer: Peer
let frozen: FrozenPart
const state = join(path, 'state')
const forms = {
  state,
  saved: write('saved.safetensors', ''),
  safetensors: join(path, 'model.safetensors'),
  tfjs: join(path, 'model'),
  onnx: join(path, 'model.onnx'),
}

function expectClose(found: ArrayLike<number>): void {
  expect(found.length).toBe(expected.length)
  for (let i = 0; i < expected.length; i++) expect(found[i]).toBeCloseTo(expected[i], 4)
}

describe('a trained model of which a part is frozen', () => {
  beforeAll(async () => {
    const data = { train, test: train }
    const recipe = recipeFor(data, { model: { name: model }, data: { standardise: true } })
    peer = await createPeer({ recipe, data, state, alone: true, steps: 30, backend: 'cpu' })
    try {
      await peer.start()
      await peer.untilConsensus({ signal: AbortSignal.timeout(60_000) })
      expected = (await peer.predict(inputs)).flatMap(row => [...row])
      const { loss } = await peer.evaluate()
      // What the trainer itself makes of its parameters, apart from all that is written of them.
      const cost = labels.reduce((sum, label, i) => sum - Math.log(expected[2 * i + label]), 0) / labels.length
      expect(cost).toBeCloseTo(loss, 4)
      frozen = peer.frozen as FrozenPart
      const { step, age } = peer.status()
      const { layout, swarm } = peer
      const parts = { recipe: peer.recipe, swarm, layout, frozen, parameters: peer.parameters(), step, age }
      write('saved.safetensors', encodeModel({ ...parts, statistics: peer.standardisation() }))
    } finally {
      await peer.stop()
    }
    for (const to of [forms.safetensors, forms.tfjs, forms.onnx]) await exportModel({ state, to })
  })

  test.each(['state', 'saved', 'safetensors', 'tfjs'] as const)(
    'is loaded from %s, with the parameters that peers average',
    async form => {
      const loaded = await loadModel(forms[form], { allowModule: form === 'saved' || form === 'safetensors' })
      expectClose(await loaded.predict(inputs))
      loaded.dispose()
      expect(loaded.layout.tensors.map(({ name }) => name)).toEqual(peer.layout.tensors.map(({ name }) => name))
      const own = peer.parameters()
      for (const [i, value] of loaded.parameters.entries()) expect(value).toBeCloseTo(own[i], 5)
      // To the last bit, and not by way of second moments.
      expect(loaded.frozen?.values).toEqual(frozen.values)
    },
  )

  test('gives TensorFlow.js and ONNX Runtime the same', async () => {
    const backend = await startBackend('cpu')
    backend.select()
    const read = await layers.loadLayersModel(layersModelReader(join(forms.tfjs, 'model.json')))
    const logits = tf.tidy(() => tf.softmax(read.predict(tf.tensor(inputs, [80, 3])) as tf.Tensor).dataSync())
    read.dispose()
    expectClose(logits)
    const session = await ort.InferenceSession.create(readFileSync(forms.onnx))
    const { probabilities } = await session.run({ x: new ort.Tensor('float32', inputs, [80, 3]) })
    expectClose(probabilities.data as Float32Array)
  })
})
