import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as layers from '@tensorflow/tfjs-layers'
import * as ort from 'onnxruntime-web'
import { describe, expect, test } from 'vitest'
import { exportModel } from '../../src/library/export-model.ts'
import { identifyModel } from '../../src/library/identify-model.ts'
import { type LoadedModel, loadModel } from '../../src/library/load-model.ts'
import { parseRecipe, type RecipeInput } from '../../src/recipe/recipe.ts'
import { createEncoder, type TableEncoder } from '../../src/table/encode.ts'
import type { TableSchema } from '../../src/table/schema.ts'
import { startBackend } from '../../src/training/backend.ts'
import { layersModelFiles } from '../../src/training/layers-model/layers-model-files.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { anyParameters, type GivenStatistics, stateOf } from './state-of.ts'

// Where the machine has many cores, threads of a runtime take longer to start than these models to run.
ort.env.wasm.numThreads = 1

const { path } = temporaryFolder()

interface Exported {
  readonly own: LoadedModel
  readonly session: ort.InferenceSession
}

async function exported(given: RecipeInput, statistics?: GivenStatistics): Promise<Exported> {
  const recipe = await identifyModel(parseRecipe(given))
  const { name, shape, classes, outputs } = recipe.model
  const parameters = await anyParameters({ name, shape, classes: outputs ?? classes })
  const folder = mkdtempSync(join(path, 'test-'))
  const state = await stateOf(join(folder, 'state'), recipe, parameters, statistics)
  const to = join(folder, 'model.onnx')
  await exportModel({ state, to })
  return { own: await loadModel(state), session: await ort.InferenceSession.create(readFileSync(to)) }
}

/** The difference that is allowed between two programs that compute in float32. */
const CLOSE = 1e-5

function expectClose(found: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(found.length).toBe(expected.length)
  for (let i = 0; i < expected.length; i++) {
    expect(Math.abs(found[i] - expected[i])).toBeLessThan(CLOSE * Math.max(1, Math.abs(expected[i])))
  }
}

const columns: NonNullable<NonNullable<RecipeInput['data']>['table']>['columns'] = [
  { name: 'seen', kind: 'date', origin: 1_700_000_000 },
  { name: 'colour', kind: 'category', values: ['red', 'blue', ''].slice(0, 2), other: true, missing: 'value' },
  { name: 'height', kind: 'number', origin: 1_000_000 },
  { name: 'value', kind: 'number' },
  { name: 'port', kind: 'category', values: ['Å', 'NA'] },
  { name: 'wild', kind: 'yes/no' },
]
/** Of the features: `seen`, four of `colour`, `height`, `value`, two of `port`, `wild`. */
const statistics: GivenStatistics = {
  mean: [3_000, 0, 0, 0, 0, 1.5, 0.25, 0, 0, 0.5],
  variance: [4e6, 1, 1, 1, 1, 0.01, 2, 1, 1, 0.25],
}
const table = (label: TableSchema['label']): RecipeInput['data'] => ({
  standardise: true,
  table: { columns, label, missing: ['na', '?'] },
})

/** Rows as a file has them. Of the numbers one digit in ten million matters. */
const rows = [
  ['2023-11-14T22:13:21Z', 'red', '1000001.5', '0', 'Å', 'yes'],
  ['2023-11-14T23:59:59Z', 'blue', '1000001.7', '-1.5', 'NA', 'no'],
  ['2023-11-15', 'green', '1000001.25', '2', 'Å', 'true'],
  ['', '', '?', 'na', 'NA', ''],
  ['2023-11-14T22:13:20Z', 'NA', '999999.9', '1e3', 'Å', '0'],
]

/** The same rows as ONNX takes them: an array for each column. */
function feedsOf(): Record<string, ort.Tensor> {
  const column = (index: number) => rows.map(row => row[index])
  const numbers = (values: readonly string[], read: (text: string) => number) =>
    new ort.Tensor(
      'float64',
      Float64Array.from(values, text => (['', '?', 'na'].includes(text) ? NaN : read(text))),
      [5, 1],
    )
  return {
    seen: numbers(column(0), text => Date.parse(text) / 1_000),
    colour: new ort.Tensor('string', column(1), [5, 1]),
    height: numbers(column(2), Number),
    value: numbers(column(3), Number),
    port: new ort.Tensor('string', column(4), [5, 1]),
    wild: numbers(column(5), text => Number(['yes', 'true', '1'].includes(text))),
  }
}

function featuresOf(schema: TableSchema): Float32Array {
  const names = columns.map(({ name }) => name)
  const encoder = createEncoder(schema, names, {}, false) as TableEncoder
  const inputs = new Float32Array(rows.length * encoder.width)
  for (const [index, row] of rows.entries()) {
    expect(encoder.features(row, inputs, index * encoder.width)).toBeUndefined()
  }
  return inputs
}

describe('a model of a table', () => {
  test('takes columns by their names and gives classes and probabilities, as hearsay does', async () => {
    const { own, session } = await exported(
      {
        model: { name: 'mlp:7', shape: [10], classes: 3, classNames: ['no', 'yes', 'per haps'] },
        data: table({ kind: 'class', name: 'answer' }),
      },
      statistics,
    )
    expect(session.inputNames).toEqual(columns.map(({ name }) => name))
    expect(session.outputNames).toEqual(['label', 'probabilities'])
    const found = await session.run(feedsOf())
    const expected = await own.predict(featuresOf(own.recipe.data.table as TableSchema))
    expectClose(found.probabilities.data as Float32Array, expected)
    const classes = rows.map((_, row) => {
      const probabilities = [...expected.subarray(3 * row, 3 * row + 3)]
      return own.recipe.model.classNames?.[probabilities.indexOf(Math.max(...probabilities))]
    })
    expect(found.label.data).toEqual(classes)
    expect(new Set(classes).size).toBeGreaterThan(1)
  })

  test('gives measured values in the units of the data, to the last digit that a model tells', async () => {
    const { own, session } = await exported(
      {
        objective: { task: 'regress' },
        model: { name: 'linear', shape: [10], classes: 0, outputs: 2 },
        data: table({
          kind: 'number',
          targets: [
            { name: 'year', origin: 1_700_000_000 },
            { name: 'price', origin: 0 },
          ],
        }),
      },
      { ...statistics, targets: { mean: [-2_000, 5], variance: [1e10, 4] } },
    )
    // A column has the name already.
    expect(session.outputNames).toEqual(['value_'])
    const found = await session.run(feedsOf())
    const values = [...(found.value_.data as Float64Array)]
    const expected = await own.predict(featuresOf(own.recipe.data.table as TableSchema))
    const centred = (all: ArrayLike<number>) => Array.from(all, (value, i) => value - (i % 2 === 0 ? 1_700_000_000 : 0))
    expectClose(centred(values), centred(expected))
    expect(Math.abs(expected[0] - 1_700_000_000)).toBeGreaterThan(2_000)
  })

  test('says what its columns are', async () => {
    const { session } = await exported({
      model: { name: 'linear', shape: [10], classes: 2, classNames: ['a', 'b'] },
      data: { ...table({ kind: 'class', name: 'answer' }), standardise: false },
    })
    expect(session.inputMetadata).toMatchObject([
      { name: 'seen', type: 'float64', shape: ['N', 1] },
      { name: 'colour', type: 'string', shape: ['N', 1] },
      { name: 'height', type: 'float64' },
      { name: 'value', type: 'float64' },
      { name: 'port', type: 'string' },
      { name: 'wild', type: 'float64' },
    ])
  })
})

describe('a model of samples that are no rows', () => {
  test.each([
    ['cnn', [13, 12, 2], undefined],
    ['cnn', [10, 10], undefined],
    ['mlp:6,5', [4, 3, 1], { mean: Array(12).fill(0.5), variance: Array(12).fill(0.1) }],
    ['linear', [7], undefined],
  ] as const)('gives what TensorFlow.js gives: %s of %s', async (name, shape, agreed) => {
    const { own, session } = await exported(
      { model: { name, shape: [...shape], classes: 4 }, data: { standardise: agreed !== undefined } },
      agreed,
    )
    const length = 3 * shape.reduce<number>((product, size) => product * size, 1)
    const inputs = Float32Array.from({ length }, (_, i) => ((i * 7919) % 101) / 101)
    const { label, probabilities } = await session.run({ x: new ort.Tensor('float32', inputs, [3, ...shape]) })
    expectClose(probabilities.data as Float32Array, await own.predict(inputs))
    expect(probabilities.dims).toEqual([3, 4])
    expect(label.type).toBe('int64')
  })

  test('gives what TensorFlow.js gives: a language model, at each position', async () => {
    const { own, session } = await exported({
      objective: { task: 'language' },
      model: { name: 'language:2,2,8', shape: [6], classes: 7, classNames: [...'abcdefg'] },
    })
    const inputs = Float32Array.from({ length: 18 }, (_, i) => (5 * i + (i % 4)) % 7)
    const { label, probabilities } = await session.run({ x: new ort.Tensor('float32', inputs, [3, 6]) })
    expectClose(probabilities.data as Float32Array, await own.predict(inputs))
    expect(label.dims).toEqual([3, 6])
    expect(label.data[0]).toMatch(/^[a-g]$/)
  })
})

/** A model that somebody brings, as a file, with the name that recipes give it. */
async function brought(make: () => layers.LayersModel): Promise<string> {
  const backend = await startBackend('cpu')
  backend.select()
  const folder = mkdtempSync(join(path, 'brought-'))
  for (const { name, content } of await layersModelFiles(make())) writeFileSync(join(folder, name), content)
  return `tfjs:${join(folder, 'model.json')}`
}

describe('a model that somebody brings', () => {
  test('gives what TensorFlow.js gives, whatever of the usual layers it has', async () => {
    const all = () => {
      const input = layers.input({ shape: [9, 7, 2] })
      const convolved = layers.layers
        .conv2d({ filters: 4, kernelSize: [3, 2], strides: 2, padding: 'same' })
        .apply(input)
      const normal = layers.layers.batchNormalization().apply(convolved)
      const active = layers.layers.leakyReLU({ alpha: 0.2 }).apply(normal)
      const sum = layers.layers.add().apply([active, normal] as layers.SymbolicTensor[])
      const mean = layers.layers.averagePooling2d({ poolSize: 2, strides: 1, padding: 'same' }).apply(sum)
      const turned = layers.layers.reshape({ targetShape: [10, 8] }).apply(mean)
      const dense = layers.layers.dense({ units: 3, activation: 'tanh', useBias: false }).apply(turned)
      const flat = layers.layers.dropout({ rate: 0.5 }).apply(layers.layers.flatten().apply(dense))
      const last = layers.layers.dense({ units: 3, activation: 'softmax' }).apply(flat)
      return layers.model({ inputs: input, outputs: last as layers.SymbolicTensor })
    }
    const { own, session } = await exported({ model: { name: await brought(all), shape: [9, 7, 2], classes: 3 } })
    const inputs = Float32Array.from({ length: 2 * 126 }, (_, i) => ((i * 7919) % 101) / 50 - 1)
    const { probabilities } = await session.run({ x: new ort.Tensor('float32', inputs, [2, 9, 7, 2]) })
    expectClose(probabilities.data as Float32Array, await own.predict(inputs))
  })

  test('gives the probabilities of two classes, of which one unit with a sigmoid told', async () => {
    const one = () =>
      layers.sequential({ layers: [layers.layers.dense({ units: 1, activation: 'sigmoid', inputShape: [3] })] })
    const { own, session } = await exported({ model: { name: await brought(one), shape: [3], classes: 2 } })
    const inputs = Float32Array.of(1, -2, 3, 0.5, 4, -1)
    const { probabilities } = await session.run({ x: new ort.Tensor('float32', inputs, [2, 3]) })
    expect(probabilities.dims).toEqual([2, 2])
    expectClose(probabilities.data as Float32Array, await own.predict(inputs))
  })

  test('is refused by the name of a layer that cannot be written, with what takes it', async () => {
    const name = await brought(() =>
      layers.sequential({
        layers: [
          layers.layers.simpleRNN({ units: 3, inputShape: [4, 2], name: 'memory' }),
          layers.layers.dense({ units: 2 }),
        ],
      }),
    )
    await expect(exported({ model: { name, shape: [4, 2], classes: 2 } })).rejects.toThrow(
      /cannot be written as ONNX: it has SimpleRNN 'memory', and what can be written is Dense, .*; a file that ends in .safetensors, or a folder/,
    )
  })
})
