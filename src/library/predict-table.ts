/**
 * Predictions for the rows of a table, as they are read: no more than some rows are in memory at once.
 *
 * @packageDocumentation
 */

import { openTable } from '../data/sources.ts'
import { collectProblems, MOST_FAULTY_ROWS } from '../data/table/cell-problems.ts'
import { dateOption } from '../data/table/opened-source.ts'
import { fileProblems } from '../data/table/problems.ts'
import type { Cells, ReadOptions, RowBlock } from '../data/table/rows.ts'
import { UsageError } from '../errors.ts'
import { callback, flag, optionsOf, requireOptions, signal } from '../strict-options.ts'
import { MOST_PROBLEMS } from '../table/constants.ts'
import { type CellFault, createEncoder, type TableEncoder } from '../table/encode.ts'
import { featureNames, type TableSchema } from '../table/schema.ts'
import type { LoadedModel } from './load-model.ts'
import { mapsOf } from './model-maps.ts'

/** The model cannot predict from such data. */
export class PredictError extends UsageError {
  override readonly name = 'PredictError'
}

/** How a table is predicted. */
export interface PredictTableOptions {
  /** Refuses a table with a row that cannot be read, in place of leaving it out. Default: no. */
  readonly strict?: boolean
  readonly signal?: AbortSignal
  /** Told how many bytes of the file were read, of how many where that is known. */
  readonly onProgress?: (read: number, of: number | undefined) => void
}

/** Rows that were left out, and why. */
export interface SkippedRows {
  readonly rows: number
  /** One sentence for each column and what is expected in it; of many the first. */
  readonly reasons: readonly string[]
}

/** A table with a prediction for each row, block by block as it is read. */
export interface PredictedTable {
  /** The file's path. */
  readonly file: string
  /** The file's columns, and then those of the prediction. */
  readonly header: Cells
  /** Those of the prediction: the class and each one's probability, or the values. */
  readonly added: Cells
  /** Rows under that header, in the order of the file: blocks of them, to be read once. */
  readonly blocks: AsyncIterable<readonly Cells[]>
  /** What was left out of the blocks that were read. */
  skipped(): SkippedRows
}

const optionSchema = optionsOf<PredictTableOptions>({
  strict: flag.optional(),
  signal: signal.optional(),
  onProgress: callback.optional(),
})

/**
 * Opens a table to predict what its rows' labels are; it need not have the label's column. Its columns are found by name, as the model's
 * recipe has them, in whatever order.
 *
 * @param source a SOURCE of a table, as on the command line: `csv:FILE`
 * @throws PredictError where the source is no table, or the model not of one; SourceError; DataFileError naming the columns that are missing,
 * and, from the blocks, what is wrong with rows, where none may be left out or there are no others
 */
export async function predictTable(
  model: LoadedModel,
  source: string,
  options: PredictTableOptions = {},
): Promise<PredictedTable> {
  requireOptions('predictTable', optionSchema, options)
  const schema = schemaOf(model)
  const opened = await openTable(source)
  if (opened === undefined) {
    throw new PredictError(
      `${source} is no table; predictions are made of the rows of one, such as csv:FILE. For other samples there is loadModel(…).predict(…), ` +
        'see docs/using-the-model.md',
    )
  }
  const { table, parameters } = opened
  const found = createEncoder(schema, table.names, { date: dateOption(opened), missing: parameters.missing }, false)
  if ('problems' in found) throw fileProblems(table.file, found.problems)
  const { width } = found
  const features = featureReader(found, schema, model.recipe.data.standardise)

  const { strict = false } = options
  const problems = collectProblems(table.file)
  let skipped = 0
  let predicted = 0
  const answers = answersOf(model, schema, table.names)

  async function* blocks(): AsyncGenerator<readonly Cells[]> {
    const reading: ReadOptions = {
      signal: options.signal,
      onProgress: options.onProgress,
      onProblem: problem => skip(() => problems.addRow(problem)),
    }
    for await (const block of table.read(reading)) {
      options.signal?.throwIfAborted()
      const read = encodeBlock({ width, features }, block, (fault, line) => skip(() => problems.add(fault, line)))
      if (read.rows.length === 0) continue
      predicted += read.rows.length
      const values = await model.predict(read.inputs)
      yield read.rows.map((row, index) => [...row, ...answers.cells(values, index)])
    }
    // A table of which nothing can be read is another one than the user thinks.
    if (strict || predicted === 0) problems.settle()
  }

  function skip(tell: () => void): void {
    skipped++
    // Past those that are told of a table that is refused, nothing more is remembered.
    if (strict || skipped < MOST_FAULTY_ROWS) tell()
  }

  return {
    file: table.file,
    header: [...table.names, ...answers.names],
    added: answers.names,
    blocks: blocks(),
    skipped: () => ({ rows: skipped, reasons: problems.sentences().slice(0, MOST_PROBLEMS) }),
  }
}

function schemaOf({ recipe }: LoadedModel): TableSchema {
  const { table } = recipe.data
  if (table !== undefined) return table
  throw new PredictError(
    `the recipe of this model (${recipe.model.name}, samples of shape [${recipe.model.shape.join(', ')}]) names no columns of a table, so rows cannot ` +
      'be matched to its inputs. hearsay init --data csv:FILE writes recipes that do; for other samples there is loadModel(…).predict(…), see ' +
      'docs/using-the-model.md',
  )
}

/** Reads a row's features. Where nothing is standardised, nobody knows a mean that could stand for a missing number. */
function featureReader(encoder: TableEncoder, schema: TableSchema, standardises: boolean): TableEncoder['features'] {
  if (standardises) return encoder.features
  const names = featureNames(schema)
  return (cells, into, offset) => {
    const fault = encoder.features(cells, into, offset)
    if (fault !== undefined) return fault
    const missing = into.subarray(offset, offset + encoder.width).findIndex(Number.isNaN)
    if (missing < 0) return undefined
    return {
      column: names[missing],
      found: '',
      expected: 'a value: this model standardises nothing, and so knows no mean',
    }
  }
}

/** The rows of a block that can be read, with their features, `[rows, features]`. */
function encodeBlock(
  { width, features }: Pick<TableEncoder, 'width' | 'features'>,
  { rows, lines }: RowBlock,
  onFault: (fault: CellFault, line: number) => void,
): { readonly rows: readonly Cells[]; readonly inputs: Float32Array } {
  const inputs = new Float32Array(rows.length * width)
  const read: Cells[] = []
  for (const [index, cells] of rows.entries()) {
    const fault = features(cells, inputs, read.length * width)
    if (fault === undefined) read.push(cells)
    else onFault(fault, lines[index])
  }
  return { rows: read, inputs: inputs.subarray(0, read.length * width) }
}

/** What a model says of a row, as cells. */
interface Answers {
  readonly names: Cells
  /** @param values `[rows, outputs]` */
  cells(values: Float64Array, row: number): string[]
}

function answersOf(model: LoadedModel, { label }: TableSchema, taken: Cells): Answers {
  const free = (name: string): string => (taken.includes(name) ? free(`${name}_`) : name)
  if (label.kind === 'number') {
    const scale = mapsOf(model.recipe, model.statistics).targets?.scale ?? []
    const decimals = Array.from(scale, decimalsOf)
    return {
      names: label.targets.map(({ name }) => free(`predicted ${name}`)),
      cells: (values, row) =>
        decimals.map((digits, target) => String(Number(values[row * decimals.length + target].toFixed(digits)))),
    }
  }
  const { classes, classNames = Array.from({ length: classes }, (_, index) => String(index)) } = model.recipe.model
  const count = classNames.length
  return {
    names: [free(`predicted ${label.name}`), ...classNames.map(name => free(`p(${name})`))],
    cells(values, row) {
      let best = 0
      const texts: string[] = []
      for (let index = 0; index < count; index++) {
        const probability = values[row * count + index]
        if (probability > values[row * count + best]) best = index
        texts.push(String(Number(probability.toPrecision(FLOAT_DIGITS))))
      }
      return [classNames[best], ...texts]
    },
  }
}

/** What a float32 tells: more digits would be noise. */
const FLOAT_DIGITS = 7

/** Decimals of a value that was computed in units of this deviation. */
function decimalsOf(deviation: number): number {
  return Math.min(MOST_DECIMALS, Math.max(0, FLOAT_DIGITS - 1 - Math.floor(Math.log10(deviation))))
}

/** More than `toFixed` takes would be of a deviation that no measurement has. */
const MOST_DECIMALS = 100
