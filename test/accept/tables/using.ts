/**
 * Predictions for a million rows: how fast, in how much memory, and beside those of other programs for the same rows.
 *
 * @packageDocumentation
 */

import { spawn } from 'node:child_process'
import { createReadStream, createWriteStream, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import * as tf from '@tensorflow/tfjs-core'
import { loadLayersModel } from '@tensorflow/tfjs-layers'
import * as ort from 'onnxruntime-web'
import { exportModel, parseRecipe } from '../../../src/index.ts'
import { layersModelReader } from '../../../src/training/layers-model/layers-model-files.ts'
import { anyParameters, stateOf } from '../../library/state-of.ts'
import { createRows, type Item, type Row } from '../row.ts'
import { withFolder } from '../running-process.ts'

const ROWS = 1_000_000
/** Rows that are compared at once. */
const BLOCK = 10_000
const CLOSE = 1e-5
/** What a peer may take too; how many rows there are must not matter. */
const MOST_MEGABYTES = 1_000

const CLASSES = ['a', 'b', 'c']
const ORIGIN = { height: 1_000, seen: 1_700_000_000 }
const MEAN = [0.1, 0, 0, 0, 0, 30_000, 5, 0.5]
const VARIANCE = [9, 0, 0, 0, 0, 5e11, 1, 0.25]

/** A row by its number; undefined where a value is missing. */
interface Sample {
  readonly height: number
  readonly colour: string | undefined
  /** Unix time, in seconds. */
  readonly seen: number
  readonly width: number | undefined
  readonly wild: boolean
}

/** As good as random, and the same whenever it is asked for. */
const drawn = (row: number, of: number) => ((row * 7_919 + of * 104_729) % 99_991) / 99_991

function sampleOf(row: number): Sample {
  const colours = ['red', 'blue', 'mauve', undefined]
  return {
    height: 990 + Math.round(drawn(row, 1) * 20_000) / 1_000,
    colour: colours[Math.floor(drawn(row, 2) * colours.length)],
    seen: 1_699_000_000 + Math.floor(drawn(row, 3) * 2_000_000),
    width: row % 50 === 0 ? undefined : Math.round(drawn(row, 4) * 1_000) / 100,
    wild: drawn(row, 5) < 0.5,
  }
}

function* lines(): Generator<string> {
  yield 'wild,seen,note,width,colour,height\n'
  for (let row = 0; row < ROWS; row++) {
    const { height, colour = '', seen, width = '', wild } = sampleOf(row)
    yield `${wild ? 'yes' : 'no'},${new Date(1_000 * seen).toISOString()},"row ${row}, of all",${width},${colour},${height}\n`
  }
}

/** `[8]`, by hand. */
function featuresOf({ height, colour, seen, width, wild }: Sample): number[] {
  const one = (is: boolean) => (is ? 1 : 0)
  return [
    height - ORIGIN.height,
    one(colour === 'red'),
    one(colour === 'blue'),
    one(colour === 'mauve'),
    one(colour === undefined),
    seen - ORIGIN.seen,
    // TensorFlow.js is to be given the mean.
    width ?? MEAN[6],
    one(wild),
  ]
}

function feedsOf(samples: readonly Sample[]): Record<string, ort.Tensor> {
  const shape = [samples.length, 1]
  const numbers = (of: (sample: Sample) => number) => new ort.Tensor('float64', samples.map(of), shape)
  return {
    height: numbers(({ height }) => height),
    colour: new ort.Tensor(
      'string',
      samples.map(({ colour = '' }) => colour),
      shape,
    ),
    seen: numbers(({ seen }) => seen),
    width: numbers(({ width = Number.NaN }) => width),
    wild: numbers(({ wild }) => (wild ? 1 : 0)),
  }
}

interface Predicted {
  readonly seconds: number
  readonly megabytes: number
}

/** A process of its own, which says in the end how much memory it had. */
async function predict(args: readonly string[]): Promise<Predicted> {
  const program = fileURLToPath(new URL('../../../peer/hearsay.ts', import.meta.url))
  const told = "process.on('exit', () => process.stderr.write('peak ' + process.resourceUsage().maxRSS + '\\n'))"
  const hook = `data:text/javascript,${encodeURIComponent(told)}`
  const began = performance.now()
  const child = spawn(process.execPath, ['--import', hook, program, 'predict', ...args, '--quiet'])
  let said = ''
  child.stderr.setEncoding('utf8').on('data', text => {
    said += text
  })
  const code = await new Promise(resolve => child.on('close', resolve))
  const [, kilobytes] = /peak (\d+)/.exec(said) ?? []
  if (code !== 0 || kilobytes === undefined) throw new Error(`predict ended with ${code}: ${said}`)
  return { seconds: (performance.now() - began) / 1_000, megabytes: Number(kilobytes) / 1_000 }
}

/** The largest difference of each program from the probabilities in a file. */
async function compare(
  file: string,
  folder: string,
  onnx: string,
): Promise<{ tensorflow: number; onnx: number; rows: number }> {
  const model = await loadLayersModel(layersModelReader(folder))
  ort.env.wasm.numThreads = 1
  const session = await ort.InferenceSession.create(readFileSync(onnx))
  const largest = { tensorflow: 0, onnx: 0, rows: 0 }

  async function compareBlock(written: readonly (readonly number[])[]): Promise<void> {
    const samples = written.map((_, index) => sampleOf(largest.rows + index))
    const output = tf.tidy(() => tf.softmax(model.predict(tf.tensor2d(samples.map(featuresOf))) as tf.Tensor))
    const byTensorflow = await output.data()
    output.dispose()
    const { probabilities } = await session.run(feedsOf(samples))
    for (const [place, value] of written.flat().entries()) {
      largest.tensorflow = Math.max(largest.tensorflow, Math.abs(byTensorflow[place] - value))
      largest.onnx = Math.max(largest.onnx, Math.abs(Number(probabilities.data[place]) - value))
    }
    largest.rows += written.length
  }

  let block: number[][] = []
  for await (const line of createInterface({ input: createReadStream(file) })) {
    const cells = line.split(',').slice(-CLASSES.length)
    if (cells[0] === `p(${CLASSES[0]})`) continue
    block.push(cells.map(Number))
    if (block.length < BLOCK) continue
    await compareBlock(block)
    block = []
  }
  if (block.length > 0) await compareBlock(block)
  model.dispose()
  return largest
}

async function measure(path: (name: string) => string, add: (row: Row) => void): Promise<void> {
  const recipe = parseRecipe({
    model: { name: 'mlp:64', shape: [8], classes: CLASSES.length, classNames: CLASSES },
    data: {
      standardise: true,
      table: {
        columns: [
          { name: 'height', kind: 'number', origin: ORIGIN.height },
          { name: 'colour', kind: 'category', values: ['red', 'blue'], other: true, missing: 'value' },
          { name: 'seen', kind: 'date', origin: ORIGIN.seen },
          { name: 'width', kind: 'number' },
          { name: 'wild', kind: 'yes/no' },
        ],
        label: { kind: 'class', name: 'species' },
        missing: ['NA'],
      },
    },
  })
  const parameters = await anyParameters(recipe.model)
  const state = await stateOf(path('state'), recipe, parameters, { mean: MEAN, variance: VARIANCE })
  for (const to of ['model.onnx', 'web-model']) await exportModel({ state, to: path(to) })
  await pipeline(Readable.from(lines()), createWriteStream(path('rows.csv')))

  const { seconds, megabytes } = await predict([
    '--state',
    state,
    '--data',
    `csv:${path('rows.csv')}`,
    '--out',
    path('out.csv'),
  ])
  add({
    asked: `${ROWS.toLocaleString('en')} rows with at most ${MOST_MEGABYTES.toLocaleString('en')} MB of memory`,
    measured: `${seconds.toFixed(1)} s, ${Math.round(ROWS / seconds).toLocaleString('en')} rows a second, ${Math.round(megabytes)} MB at most`,
    passed: megabytes <= MOST_MEGABYTES,
  })
  const { tensorflow, onnx, rows } = await compare(path('out.csv'), path('web-model/model.json'), path('model.onnx'))
  for (const [name, difference] of [
    ['TensorFlow.js', tensorflow],
    ['ONNX Runtime', onnx],
  ] as const) {
    add({
      asked: `the probabilities of all of them equal to those of ${name} to ${CLOSE}`,
      measured: `${difference.toExponential(1)} at most, of ${rows.toLocaleString('en')} rows`,
      passed: rows === ROWS && difference <= CLOSE,
    })
  }
}

export const using: Item = {
  name: 'using',
  about: 'hearsay predict on a million rows, beside TensorFlow.js and ONNX Runtime',
  seeds: 1,
  async run(options) {
    const rows = createRows(options)
    await withFolder(path => measure(path, rows.add))
    return rows.all()
  },
}
