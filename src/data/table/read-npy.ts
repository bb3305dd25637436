import { MOST_NUMBERED_CLASSES } from '../../table/constants.ts'
import { IN_MEMORY_LIMIT_BYTES, MAXIMUM_CLASSES, PIECE_BYTES } from '../constants.ts'
import type { Dataset } from '../dataset.ts'
import { DataFileError } from '../errors.ts'
import { createRowStore } from '../row-store.ts'
import { type NpyFile, openNpyFile, readSamples } from './npy-file.ts'

export interface NpyOptions {
  /** What labels that are numbers are. Default: whole ones from 0, and up to twenty different ones, are classes, others measured values. */
  readonly task?: 'classify' | 'regress'
  /** Bytes of samples beyond which they are kept in a file. */
  readonly memoryLimitBytes?: number
}

/**
 * Reads samples of any shape from one array, and their labels from another. Bytes (uint8) of two dimensions or more a sample are images,
 * and become numbers in [0, 1]; other numbers stay as they are.
 *
 * @throws DataFileError where the arrays do not belong together, or hold what cannot be learned
 */
export async function readNpy(inputs: string, labels: string, options: NpyOptions = {}): Promise<Dataset> {
  const [samples, answers] = [await openNpyFile(inputs), await openNpyFile(labels)]
  const [count, ...shape] = samples.shape
  const [answered, ...more] = answers.shape
  if (answered === undefined || more.some(size => size !== 1)) {
    throw new DataFileError(
      `${labels}: found an array of the shape (${answers.shape.join(', ')}); expected one label for each sample, in one dimension`,
    )
  }
  if (count !== answered) {
    throw new DataFileError(
      `${inputs} holds ${count ?? 1} samples and ${labels} holds ${answered} labels; expected as many of one as of the other`,
    )
  }
  const width = shape.reduce((product, size) => product * size, 1)
  if (count * width === 0) throw new DataFileError(`${inputs}: found no elements; expected at least one sample`)
  const isImage = samples.element.kind === 'uint' && samples.element.bytes === 1 && shape.length >= 2
  const answer = await readAnswers(answers, options.task)
  return {
    name: `npy:${inputs},${labels}`,
    inputs: await readInputs(samples, width, isImage, options.memoryLimitBytes ?? IN_MEMORY_LIMIT_BYTES),
    shape: isImage && shape.length === 2 ? [...shape, 1] : shape.length === 0 ? [1] : shape,
    ...answer,
  }
}

async function readInputs(npy: NpyFile, width: number, isImage: boolean, limit: number): Promise<Dataset['inputs']> {
  const { file, element } = npy
  if (element.kind === 'text') {
    throw new DataFileError(`${file.path}: found texts; expected numbers, or true and false`)
  }
  const store = createRowStore({ element: isImage ? 'uint8' : 'float32', width, limit })
  try {
    for await (const bytes of blocks(npy)) store.append(isImage ? bytes.data : numbersOf(npy, bytes))
    return store.finish()
  } catch (error) {
    store.discard()
    throw error
  }
}

/** Elements of some samples. */
interface Block {
  /** The first of them. */
  readonly sample: number
  readonly data: Buffer
}

async function* blocks(npy: NpyFile): AsyncGenerator<Block, void, undefined> {
  const { file, shape, element } = npy
  const [count, ...sizes] = shape
  const bytes = sizes.reduce((product, size) => product * size, element.bytes)
  const atOnce = Math.max(1, Math.floor(PIECE_BYTES / Math.max(1, bytes)))
  yield* file.pieces(async function* (handle): AsyncGenerator<Block, void, undefined> {
    for (let from = 0; from < count; from += atOnce) {
      yield { sample: from, data: await readSamples(npy, handle, from, Math.min(from + atOnce, count)) }
    }
  })
}

/** @throws DataFileError where one is none that can be learned from */
function numbersOf({ file, element, shape }: NpyFile, { sample, data }: Block): Float32Array {
  const width = shape.slice(1).reduce((product, size) => product * size, 1)
  const numbers = new Float32Array(data.length / element.bytes)
  for (let i = 0; i < numbers.length; i++) {
    const value = element.read(data, i * element.bytes)
    numbers[i] = Number(value)
    if (Number.isFinite(numbers[i])) continue
    throw new DataFileError(
      `${file.path}, sample ${sample + Math.floor(i / width)}, counted from 0: found ${value}; expected a finite number of 32 bits: ` +
        'put a number in its place, or leave the sample out',
    )
  }
  return numbers
}

type Answers = Pick<Dataset, 'labels' | 'classes' | 'classNames' | 'values' | 'outputs'>

async function readAnswers(npy: NpyFile, task: NpyOptions['task']): Promise<Answers> {
  const { file, element } = npy
  const answers: (string | number)[] = []
  for await (const { data } of blocks(npy)) {
    for (let at = 0; at < data.length; at += element.bytes) {
      const value = element.read(data, at)
      if (value === '' || Number.isNaN(value)) {
        throw new DataFileError(
          `${file.path}, sample ${answers.length}, counted from 0: found no label; expected one for each sample: leave it out of both arrays`,
        )
      }
      answers.push(typeof value === 'bigint' ? Number(value) : typeof value === 'boolean' ? String(value) : value)
    }
  }
  const isNumeric = typeof answers[0] === 'number'
  if (isNumeric && task !== 'classify' && (task === 'regress' || !areClasses(answers as number[], element.kind))) {
    return { labels: new Int32Array(0), classes: 0, values: Float32Array.from(answers as number[]), outputs: 1 }
  }
  if (task === 'regress')
    throw new DataFileError(`${file.path}: found texts; expected numbers, as the task is to predict them`)
  return classesOf(file.path, answers, element.kind === 'bool')
}

function areClasses(answers: readonly number[], kind: NpyFile['element']['kind']): boolean {
  if (kind !== 'float' && answers.every(isIndex)) return true
  const distinct = new Set(answers)
  return distinct.size <= MOST_NUMBERED_CLASSES && answers.every(Number.isInteger)
}

const isIndex = (answer: string | number) =>
  typeof answer === 'number' && Number.isInteger(answer) && answer >= 0 && answer < MAXIMUM_CLASSES

/** Whole numbers from 0 are the classes themselves, so that those who lack one agree with the others; all else are names. */
function classesOf(file: string, answers: readonly (string | number)[], areYesNo: boolean): Answers {
  if (answers.every(isIndex)) {
    const labels = Int32Array.from(answers as number[])
    return { labels, classes: labels.reduce((most, label) => Math.max(most, label), 0) + 1 }
  }
  const distinct = [...new Set(areYesNo ? ['false', 'true'] : answers)]
  if (distinct.length > MAXIMUM_CLASSES) {
    throw new DataFileError(
      `${file}: found ${distinct.length.toLocaleString('en')} different labels; expected at most ${MAXIMUM_CLASSES.toLocaleString('en')} classes`,
    )
  }
  // Not by locale: the same file must give the same classes on every machine.
  const sorted =
    typeof distinct[0] === 'number' ? (distinct as number[]).sort((a, b) => a - b) : (distinct as string[]).sort()
  const place = new Map<string | number, number>(sorted.map((answer, index) => [answer, index]))
  return {
    labels: Int32Array.from(answers, answer => place.get(answer) as number),
    classes: sorted.length,
    classNames: sorted.map(String),
  }
}
