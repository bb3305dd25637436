import type { DateFormat } from '../../table/cells.ts'
import { classNamesOf } from '../../table/describe-site.ts'
import { classIndexOf, createEncoder, type TableEncoder } from '../../table/encode.ts'
import { type MergedSites, mergeSites } from '../../table/merge-sites.ts'
import { featureNames, labelNames, type TableSchema, withoutOrigins } from '../../table/schema.ts'
import type { SiteSchema } from '../../table/site-schema.ts'
import { counted, joined, quote, quoteName } from '../../table/words.ts'
import { IN_MEMORY_LIMIT_BYTES, TEST_SHARE } from '../constants.ts'
import { type Dataset, subset } from '../dataset.ts'
import { DataFileError } from '../errors.ts'
import { createGrowingLabels } from '../growing-labels.ts'
import { createRowStore } from '../row-store.ts'
import { shuffledOrder } from '../shuffle.ts'
import type { LoadOptions, Split } from '../source.ts'
import { splitLast } from '../split.ts'
import { collectProblems } from './cell-problems.ts'
import { describeSource } from './describe-source.ts'
import { dateOption, ignoredBy, type TableSource } from './opened-source.ts'
import { fileProblems } from './problems.ts'
import type { TableReport } from './report.ts'
import type { ReadOptions, TableRows } from './rows.ts'
import { findColumn, isTestRow, type SurveyedTable } from './survey-table.ts'

/**
 * A table as samples: by the schema that is given, or else by what the table holds. Rows are shuffled with the seed before the split,
 * since many files are sorted by class.
 *
 * @throws DataFileError telling all problems of the file at once
 */
export async function loadTable(source: TableSource, options: LoadOptions): Promise<Split> {
  const { table, parameters } = source
  const { warn } = options
  const testColumn = parameters.test?.kind === 'column' ? parameters.test.column : undefined
  const date = dateOption(source)
  const { table: given } = options
  const isGiven = given !== undefined && given !== 'every'
  const surveyed = isGiven ? undefined : await survey(source, options)
  const merged = surveyed && mergeOne(table.file, surveyed, given === 'every')
  const found = isGiven ? given : (merged as MergedSites).schema
  // Where the recipe has no columns, it has no origins either, and those of this file would be nobody else's.
  const isAsItIs = given === 'every' || options.origins === false
  const schema = !isGiven && isAsItIs ? withoutOrigins(found) : found
  if (isGiven) requireAgreement(source, schema)
  const reader: Reader = { source, date, schema, options, testColumn }
  const all = await readRows(table, reader)
  const apart = await readTestFile(reader)
  const report: TableReport = {
    schema,
    site: surveyed?.site,
    unlabelled: all.unlabelled,
    leftOut: merged?.leftOut ?? all.extra.map(name => ({ name, reason: 'the recipe does not know it' })),
    gaps: all.gaps + (apart?.gaps ?? 0),
    dialect: table.dialect,
  }
  for (const { dataset, unlabelled } of apart === undefined ? [all] : [all, apart]) {
    if (unlabelled === 0) continue
    warn?.(
      `${dataset.name}: ${counted(unlabelled, 'row')} without a label (${joined(labelNames(schema.label).map(quote))}) left out`,
    )
  }
  if (surveyed === undefined && all.extra.length > 0) {
    warn?.(`${table.file}: left out ${joined(all.extra.map(quoteName))}, which the recipe does not know`)
  }
  const split = splitRows(all, apart, reader)
  tellMissingClasses(split, warn)
  return { ...split, table: report }
}

async function survey(source: TableSource, options: LoadOptions): Promise<SurveyedTable> {
  const { table, parameters } = source
  const { table: given, task, warn, onProgress } = options
  const ignore = ignoredBy(parameters)
  const columns = given === 'every' ? table.names.filter(name => !ignore.includes(name)) : undefined
  const found = await describeSource(source, { columns, task, onProgress, listsRare: true })
  if (found.problems.length > 0) throw fileProblems(table.file, found.problems)
  for (const warning of found.warnings) warn?.(`${table.file}: ${warning}`)
  return found
}

function mergeOne(file: string, { site }: SurveyedTable, keepsConstant: boolean): MergedSites {
  const merged = mergeSites([{ name: file, site: site as SiteSchema }], { keepsConstant })
  if ('conflicts' in merged) throw fileProblems(file, merged.conflicts)
  return merged
}

/** @throws DataFileError where the source says something else than the recipe: another label, or that a column is not to be used */
function requireAgreement({ table: { file, names }, parameters }: TableSource, schema: TableSchema): void {
  const known = labelNames(schema.label)
  const named = parameters.label?.map(label => names[findColumn(file, names, label)])
  const other = named?.find(name => !known.includes(name))
  if (other !== undefined) {
    throw new DataFileError(
      `${file}: the source says that ${quote(other)} is the label, the recipe that it is ${joined(known.map(quote))}; leave ?label= out, or ` +
        'write a recipe with that label',
    )
  }
  const found = (wanted: readonly string[]) => new Set(wanted.map(name => names[findColumn(file, names, name)]))
  const ignored = found(ignoredBy(parameters))
  const asked = parameters.columns && found(parameters.columns)
  const unwanted = schema.columns
    .map(({ name }) => name)
    .filter(name => ignored.has(name) || (asked !== undefined && !asked.has(name)))
  if (unwanted.length === 0) return
  throw new DataFileError(
    `${file}: the source leaves out ${joined(unwanted.map(quote))}, which the recipe learns from; leave that out of the source, or write a recipe without`,
  )
}

interface Reader {
  readonly source: TableSource
  readonly date: DateFormat | undefined
  readonly schema: TableSchema
  readonly options: LoadOptions
  readonly testColumn: string | undefined
}

/** The rows of a file, and which of them are for testing where a column says it. */
interface ReadTable {
  readonly dataset: Dataset
  readonly isTest: Uint8Array | undefined
  readonly unlabelled: number
  readonly gaps: number
  readonly extra: readonly string[]
}

async function readRows(table: TableRows, reader: Reader): Promise<ReadTable> {
  const { source, date, schema, options, testColumn } = reader
  const { file, names } = table
  const encoder = createEncoder(schema, names, { date, missing: source.parameters.missing }, true)
  if ('problems' in encoder) throw fileProblems(file, encoder.problems)
  const flag = testColumn === undefined ? -1 : findColumn(file, names, testColumn)
  const limit = options.memoryLimitBytes ?? IN_MEMORY_LIMIT_BYTES
  const inputs = createRowStore({ element: 'float32', width: encoder.width, limit })
  const label = createLabelReader(schema, encoder)
  const flags = createGrowingLabels()
  const lines = createGrowingLabels()
  const problems = collectProblems(file)
  const row = new Float32Array(encoder.width)
  let unlabelled = 0
  let gaps = 0
  try {
    const reading: ReadOptions = { onProgress: options.onProgress, onProblem: problems.addRow }
    for await (const block of table.read(reading)) {
      for (const [index, cells] of block.rows.entries()) {
        const line = block.lines[index]
        const labelled = label.read(cells)
        if (labelled === false) {
          unlabelled++
          continue
        }
        const fault = labelled === true ? encoder.features(cells, row, 0) : labelled
        if (fault !== undefined) {
          problems.add(fault, line)
          continue
        }
        if (flag >= 0) {
          const isTest = isTestRow(cells[flag])
          if (isTest === undefined) {
            problems.add(
              { column: names[flag], found: cells[flag], expected: 'train or test, as the source says test=column' },
              line,
            )
            continue
          }
          flags.push(isTest ? 1 : 0)
        }
        label.keep()
        lines.push(line)
        inputs.append(row)
        for (const value of row) if (Number.isNaN(value)) gaps++
      }
    }
    problems.settle()
    if (label.rows() === 0) {
      throw new DataFileError(
        `${file}: found no row with a label (${joined(labelNames(schema.label).map(quote))})${unlabelled > 0 ? `, of ${counted(unlabelled, 'row')}` : ''}; expected one at least`,
      )
    }
    const dataset: Dataset = {
      name: source.name,
      inputs: inputs.finish(),
      lines: lines.toArray(),
      shape: [encoder.width],
      featureNames: featureNames(schema),
      ...label.finish(),
    }
    return {
      dataset,
      isTest: flag < 0 ? undefined : Uint8Array.from(flags.toArray()),
      unlabelled,
      gaps,
      extra: encoder.extra,
    }
  } catch (error) {
    inputs.discard()
    throw error
  }
}

/** Takes the labels of rows as they come. */
interface LabelReader {
  /** @returns false where it is missing; what is wrong where it is no number */
  read(cells: readonly string[]): boolean | ReturnType<TableEncoder['features']>
  /** Keeps the label that was read last. */
  keep(): void
  rows(): number
  finish(): Pick<Dataset, 'labels' | 'classes' | 'classNames' | 'values' | 'outputs'>
}

function createLabelReader(schema: TableSchema, encoder: TableEncoder): LabelReader {
  if (schema.label.kind === 'number') {
    const outputs = schema.label.targets.length
    const values = createRowStore({ element: 'float32', width: outputs, limit: Number.POSITIVE_INFINITY })
    const row = new Float32Array(outputs)
    let rows = 0
    return {
      read: cells => encoder.targets(cells, row, 0),
      keep() {
        rows++
        values.append(row)
      },
      rows: () => rows,
      finish: () => ({ labels: new Int32Array(0), values: values.finish() as Float32Array, outputs, classes: 0 }),
    }
  }
  const labels = createGrowingLabels()
  /** Of each text the number of its class, in order of first sight. */
  const classes = new Map<string, number>()
  let current = ''
  return {
    read(cells) {
      const text = encoder.className(cells)
      if (text === undefined) return false
      current = text
      return true
    },
    keep() {
      const label = classes.get(current) ?? classes.size
      classes.set(current, label)
      labels.push(label)
    },
    rows: () => labels.length,
    finish() {
      const texts = [...classes.keys()]
      const classNames = classNamesOf(texts)
      const place = Int32Array.from(texts, text => classIndexOf(text, classNames))
      return { labels: labels.toArray().map(label => place[label]), classes: classNames.length, classNames }
    },
  }
}

/** The test rows, where the source says that they are in a file of their own. */
async function readTestFile(reader: Reader): Promise<ReadTable | undefined> {
  const { parameters, open } = reader.source
  if (parameters.test?.kind !== 'file') return undefined
  return await readRows(await open(parameters.test.file), { ...reader, testColumn: undefined })
}

function splitRows({ dataset, isTest }: ReadTable, apart: ReadTable | undefined, { source, options }: Reader): Split {
  const { test: testPart } = source.parameters
  const { seed, samples: limit } = options
  const order = shuffledOrder(dataset, seed)
  const first = (indices: Int32Array) => indices.subarray(0, limit ?? indices.length)
  if (apart !== undefined) return alike(subset(dataset, first(order)), apart.dataset)
  if (isTest === undefined) {
    const share = testPart?.kind === 'share' ? testPart.share : 1 / TEST_SHARE
    return splitLast(dataset, share, limit, order)
  }
  const train = order.filter(index => isTest[index] === 0)
  const test = order.filter(index => isTest[index] === 1)
  if (train.length === 0 || test.length === 0) {
    throw new DataFileError(
      `${dataset.name}: the column says ${train.length === 0 ? 'test' : 'train'} in every row; expected rows to learn from and rows to test with`,
    )
  }
  return { train: subset(dataset, first(train)), test: subset(dataset, test) }
}

/** Both parts with the classes of either. */
function alike(train: Dataset, test: Dataset): Split {
  if (train.classNames === undefined || test.classNames === undefined) return { train, test }
  const classNames = classNamesOf([...train.classNames, ...test.classNames])
  const renumbered = (dataset: Dataset): Dataset => {
    const place = (dataset.classNames ?? []).map(name => classIndexOf(name, classNames))
    return { ...dataset, labels: dataset.labels.map(label => place[label]), classes: classNames.length, classNames }
  }
  return { train: renumbered(train), test: renumbered(test) }
}

/** A class that is not among the test samples has no figure of its own, and one that is there alone is not learned. */
function tellMissingClasses({ train, test }: Split, warn: LoadOptions['warn']): void {
  const { classNames = [] } = train
  const [learned, tested] = [new Set(train.labels), new Set(test.labels)]
  const tell = (part: string, missing: readonly string[], consequence: string) => {
    if (missing.length === 0) return
    const classes = missing.length === 1 ? 'the class' : 'the classes'
    warn?.(`${train.name}: no ${part} sample is of ${classes} ${joined(missing.map(quote))}: ${consequence}`)
  }
  const only = (some: ReadonlySet<number>, others: ReadonlySet<number>) =>
    classNames.filter((_name, index) => some.has(index) && !others.has(index))
  tell('test', only(learned, tested), 'what the model makes of such is not measured')
  tell('training', only(tested, learned), 'the model cannot learn it here')
}
