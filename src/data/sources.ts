import { formsOf, isNameIn, type NameIn, SOURCES } from '../catalogue.ts'
import {
  callback,
  flag,
  numberFrom,
  optionsOf,
  requireOptions,
  text as textOption,
  value,
  wholeNumber,
} from '../strict-options.ts'
import { tableSchema } from '../table/schema.ts'
import { csv } from './csv.ts'
import { digits } from './digits.ts'
import { SourceError } from './errors.ts'
import { idx } from './idx.ts'
import { images } from './images.ts'
import { moduleSource } from './module.ts'
import { npy } from './npy.ts'
import { parquet } from './parquet.ts'
import type { DataSource, LoadOptions, Split } from './source.ts'
import type { TableSource } from './table/opened-source.ts'
import type { TabularSource } from './table/table-source.ts'
import { text } from './text.ts'

// A new source is one file in this folder, one entry here, and one line in the catalogue.

const registry: Readonly<Record<NameIn<typeof SOURCES>, DataSource>> = {
  digits,
  csv,
  parquet,
  npy,
  idx,
  images,
  text,
  module: moduleSource,
}

const argument = optionsOf<{ readonly source: string }>({ source: textOption })

const loadOptions = optionsOf<LoadOptions>({
  seed: value('a whole number or a text', given => Number.isSafeInteger(given) || typeof given === 'string'),
  samples: wholeNumber(1).optional(),
  warn: callback.optional(),
  strict: flag.optional(),
  shape: value(
    'an array, the shape of one sample',
    given => Array.isArray(given) && given.every(Number.isInteger),
  ).optional(),
  table: value(
    'the columns of a recipe, data.table, or every',
    given => given === 'every' || tableSchema.safeParse(given).success,
  ).optional(),
  task: value('classify or regress', given => given === 'classify' || given === 'regress').optional(),
  origins: flag.optional(),
  onProgress: callback.optional(),
  memoryLimitBytes: numberFrom(0).optional(),
})

/**
 * Loads the dataset that `source` names, such as `digits` or `csv:FILE`, split in training and test samples. The same
 * source, file contents and options give the same split.
 *
 * @throws SourceError where the text or the options are not understood
 * @throws DataFileError where a file is missing or malformed
 */
export async function loadDataset(source: string, options: LoadOptions): Promise<Split> {
  requireOptions('loadDataset', argument, { source })
  requireOptions('loadDataset', loadOptions, options)
  const { kind, rest } = partsOf(source)
  const { table } = options
  // With every default: an origin that is left out is 0.
  const columns = typeof table === 'object' ? { table: tableSchema.parse(table) } : {}
  return await kind.load(rest, { ...options, ...columns })
}

/**
 * Opens the table that `source` names, to be read row by row; undefined where its data are none.
 *
 * @throws SourceError and DataFileError as {@link loadDataset} does
 */
export async function openTable(source: string): Promise<TableSource | undefined> {
  const { kind, rest } = partsOf(source)
  return 'open' in kind ? await (kind as TabularSource).open(rest) : undefined
}

function partsOf(source: string): { readonly kind: DataSource; readonly rest: string } {
  const [, name = source, rest = ''] = /^([^:]*):?(.*)$/s.exec(source) ?? []
  if (isNameIn(registry, name)) return { kind: registry[name], rest }
  throw new SourceError(
    `Unknown data source "${source}"${suggestionFor(source)}; accepted: ${formsOf(SOURCES).join(', ')}`,
  )
}

/** What most people mean who name a file alone, by its ending. */
function suggestionFor(source: string): string {
  const [, ending] = /\.(csv|tsv|txt|parquet|npy)(?:\.gz)?(?:\?.*)?$/is.exec(source) ?? []
  if (ending === undefined) return ''
  const kind = ['parquet', 'npy'].find(kind => kind === ending.toLowerCase()) ?? 'csv'
  return ` (did you mean "${kind}:${source}"?)`
}
