import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { formOf, SOURCES } from '../catalogue.ts'
import { samples, subset } from './dataset.ts'
import { DataFileError } from './errors.ts'
import { unreadable } from './files.ts'
import { shuffledOrder } from './shuffle.ts'
import type { DataSource, LoadOptions, Split } from './source.ts'
import { parseSourceArgument } from './source-argument.ts'
import { splitLastFifth } from './split.ts'

const FORM = formOf(SOURCES, 'module')

/**
 * A JavaScript or TypeScript module that exports data, as its default or as `dataset`: a {@link Split}, a {@link Dataset},
 * or a function of {@link LoadOptions} that gives one or a promise of it. A dataset is shuffled with the seed, sequences
 * aside, before its last fifth is kept for testing. The file is a program, and runs with all the rights of this one.
 */
export const moduleSource: DataSource = {
  async load(argument, options) {
    const { path: file } = parseSourceArgument('module', argument, FORM)
    const exported = await readExport(file)
    const found = typeof exported === 'function' ? await call(exported, file, options) : exported
    return await toSplit(found, file, options)
  },
}

async function readExport(file: string): Promise<unknown> {
  const path = resolve(file)
  const found = await stat(path).catch(error => {
    throw unreadable(file, error)
  })
  if (found.isDirectory()) throw new DataFileError(`${file}: this is a folder; expected a file`)
  let exports: { readonly default?: unknown; readonly dataset?: unknown }
  try {
    exports = await import(pathToFileURL(path).href)
  } catch (error) {
    throw new DataFileError(`${file}: the module cannot be loaded: ${messageOf(error)}`, { cause: error })
  }
  const exported = exports.default ?? exports.dataset
  if (exported !== undefined) return exported
  const names = Object.keys(exports)
  throw new DataFileError(
    `${file}: the module exports ${names.length === 0 ? 'nothing' : names.join(', ')}; ` +
      'expected a dataset, a split or a function that gives one, as the default or as "dataset"',
  )
}

async function call(exported: CallableFunction, file: string, options: LoadOptions): Promise<unknown> {
  try {
    return await exported(options)
  } catch (error) {
    throw new DataFileError(`${file}: the function that it exports failed: ${messageOf(error)}`, { cause: error })
  }
}

async function toSplit(found: unknown, file: string, options: LoadOptions): Promise<Split> {
  // Imported here, since to name the sources takes no validator.
  const { checkDataset, checkSplit } = await import('./check-dataset.ts')
  const isSplit = found !== null && typeof found === 'object' && ('train' in found || 'test' in found)
  if (!isSplit) {
    const dataset = checkDataset(found, file, '')
    const order = dataset.targets === undefined ? shuffledOrder(dataset, options.seed) : undefined
    return splitLastFifth(dataset, options.samples, order)
  }
  const { train, test, table } = checkSplit(found, file)
  const limit = Math.min(options.samples ?? Number.POSITIVE_INFINITY, samples(train))
  return {
    train: subset(
      train,
      Int32Array.from({ length: limit }, (_, sample) => sample),
    ),
    test,
    ...(table === undefined ? {} : { table }),
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
