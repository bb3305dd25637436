import * as layers from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Dataset } from '../../../src/data/dataset.ts'
import { loadDataset } from '../../../src/data/sources.ts'
import { startBackend } from '../../../src/training/backend.ts'
import { createTrainer } from '../../../src/training/create-trainer.ts'
import { ModelMisfitError } from '../../../src/training/errors.ts'
import { requireTokens } from '../../../src/training/layers-model/tokens.ts'
import { parseModel } from '../../../src/training/models.ts'
import { createWorkerTrainer } from '../../../src/training/remote/worker-trainer.ts'
import { temporaryFolder } from '../../temporary-folder.ts'
import { blobOptions } from '../blobs.ts'

const folder = temporaryFolder()
const l = layers.layers

beforeAll(async () => {
  ;(await startBackend('cpu')).select()
})

/** A model that looks up its inputs. */
const embedding = (inputDim: number, ...before: layers.layers.Layer[]) =>
  layers.sequential({
    layers: [
      ...before,
      l.embedding({ inputDim, outputDim: 2, inputShape: [3], name: 'words' }),
      l.flatten(),
      l.dense({ units: 2 }),
    ],
  })
const tokens = (...rows: number[][]): Dataset => ({
  name: 'csv:words.csv',
  inputs: Float32Array.from(rows.flat()),
  labels: new Int32Array(rows.length),
  shape: [3],
  classes: 2,
  featureNames: ['first', 'second', 'third'],
})
const named = parseModel('mlp:2')
const check = (model: layers.LayersModel, data: Dataset) => {
  try {
    requireTokens(named, model, data)
  } finally {
    model.dispose()
  }
}

describe('what a model looks up', () => {
  test('may be any whole number below the size of its embedding', () => {
    check(embedding(5), tokens([0, 4, 2], [1, 1, 3]))
  })

  test.each<[string, number[], string]>([
    ['as large as the embedding', [0, 5, 2], 'column second: found 5'],
    ['below 0', [0, 1, -1], 'column third: found -1'],
    ['a fraction, which TensorFlow.js would cut off', [1.5, 1, 1], 'column first: found 1.5'],
    ['missing', [1, Number.NaN, 1], 'column second: found a missing value'],
  ])('is refused where it is %s, with its place and the size', (_what, row, place) => {
    const data = { ...tokens([1, 2, 3], row, row), lines: Int32Array.of(9, 7, 4) }
    expect(() => check(embedding(5), data)).toThrow(ModelMisfitError)
    expect(() => check(embedding(5), data)).toThrow(
      `csv:words.csv, row 4, ${place} (2 samples have such); expected a whole number from 0 to 4, as mlp:2 looks it up in an embedding of 5 (layer words)`,
    )
  })

  test('is named by sample and feature where the data have neither rows nor names', () => {
    const { featureNames, ...data } = tokens([1, 2, 3], [1, 2, 9])
    expect(() => check(embedding(5), data)).toThrow('csv:words.csv, sample 2, feature 3: found 9; expected')
  })

  test('is seen through layers that only reshape, and through models within', () => {
    const data = tokens([1, 2, 9])
    const reshaped = embedding(5, l.reshape({ targetShape: [3], inputShape: [3, 1] }))
    expect(() => check(reshaped, { ...data, shape: [3, 1] })).toThrow('found 9')
    expect(() => check(layers.sequential({ layers: [embedding(5)] }), data)).toThrow('found 9')
  })

  test('by the smallest of several embeddings', () => {
    const input = layers.input({ shape: [3] })
    const found = [9, 5].map(inputDim => l.embedding({ inputDim, outputDim: 2 }).apply(input) as layers.SymbolicTensor)
    const outputs = l.add().apply(found) as layers.SymbolicTensor
    expect(() => check(layers.model({ inputs: input, outputs }), tokens([1, 2, 6]))).toThrow('from 0 to 4')
  })

  test('may not be standardised', () => {
    const maps = [{ shift: new Float64Array(3), scale: new Float64Array(3).fill(1) }]
    expect(() => check(embedding(5), { ...tokens([1, 2, 3]), maps })).toThrow(
      /csv:words.csv is standardised, which is for measured values.*embedding \(layer words\).*--no-standardise/,
    )
  })

  test('is of no concern to models that look up nothing, or something that they have computed', () => {
    const plain = layers.sequential({ layers: [l.dense({ units: 2, inputShape: [3] })] })
    check(plain, tokens([0.5, -7, 1e9]))
    const computed = layers.sequential({
      layers: [
        l.dense({ units: 3, activation: 'sigmoid', inputShape: [3] }),
        l.embedding({ inputDim: 2, outputDim: 2 }),
      ],
    })
    check(computed, tokens([0.5, -7, 1e9]))
  })
})

const model = (inputDim: number, of = 'x') =>
  `module:${folder.write(
    `${of}${inputDim}.mjs`,
    `export default ({ tf, layers: { layers: l, model, input }, shape, classes }) => {
      class Twice extends l.Layer { static className = 'Twice${inputDim}'; call(x) { return tf.mul(Array.isArray(x) ? x[0] : x, 2) } }
      const inputs = input({ shape })
      const ${of} = ${of === 'x' ? 'inputs' : `new Twice({}).apply(inputs)`}
      const found = l.embedding({ inputDim: ${inputDim}, outputDim: 2 }).apply(${of})
      return model({ inputs, outputs: l.dense({ units: classes }).apply(l.flatten().apply(found)) })
    }`,
  )}`

test('a table’s tokens are refused before training, with the row of the file, in a training thread too', async () => {
  const rows = Array.from({ length: 20 }, (_, i) => `${i % 4},${i === 13 ? 7 : 1},${i % 2 ? 'a' : 'b'}`)
  const file = folder.write('t.csv', ['p,q,label', ...rows].join('\n'))
  const { train, test: judged } = await loadDataset(`csv:${file}`, { seed: 1 })
  const options = { ...blobOptions, shard: train, test: judged, backend: 'cpu' }
  const message = `csv:${file}, row 15, column q: found 7; expected a whole number from 0 to 4`
  await expect(createTrainer({ ...options, model: model(5) })).rejects.toThrow(message)
  const inThread = createWorkerTrainer({ ...options, model: model(5) })
  await expect(inThread).rejects.toThrow(ModelMisfitError)
  await expect(inThread).rejects.toThrow(message)
  const trainer = await createTrainer({ ...options, model: model(8) })
  expect((await trainer.train(await trainer.initial(), 1)).samples).toBe(16)
  await trainer.stop()
})

test('a lookup of what the model has computed is a mistake of the user’s as well, once it fails', async () => {
  const data = { ...tokens([1, 2, 3], [1, 2, 3]), labels: Int32Array.of(0, 1) }
  const trainer = await createTrainer({ ...blobOptions, shard: data, test: data, model: model(5, 'y'), backend: 'cpu' })
  const parameters = await trainer.initial()
  for (const failing of [trainer.train(parameters, 1), trainer.evaluate(parameters)]) {
    await expect(failing).rejects.toThrow(ModelMisfitError)
    await expect(failing).rejects.toThrow(
      'looks up 6 in an embedding or another table of 5, which takes whole numbers from 0 to 4',
    )
  }
  await trainer.stop()
})

test('rows of a table are counted as an editor counts lines', async () => {
  const file = folder.write('lines.csv', 'x,y,label\n1,5,a\n\n2,1,"b\nc"\n3,4,a\n7,3,a\n5,9,a\n')
  const { train, test: judged } = await loadDataset(`csv:${file}`, { seed: 1 })
  const lines = [train, judged].flatMap(dataset => [...(dataset.lines ?? [])])
  expect(lines.sort((a, b) => a - b)).toEqual([2, 4, 6, 7, 8])
})
