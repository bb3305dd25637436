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
import { csv } from './csv.ts'
import { digits } from './digits.ts'
import { SourceError } from './errors.ts'
import { idx } from './idx.ts'
import { images } from './images.ts'
import { moduleSource } from './module.ts'
import type { DataSource, LoadOptions, Split } from './source.ts'
import { text } from './text.ts'

// A new source is one file in this folder, one entry here, and one line in the catalogue.

const registry: Readonly<Record<NameIn<typeof SOURCES>, DataSource>> = {
  digits,
  csv,
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
  const [, kind = source, rest = ''] = /^([^:]*):?(.*)$/s.exec(source) ?? []
  if (!isNameIn(registry, kind)) {
    throw new SourceError(`Unknown data source "${source}"; accepted: ${formsOf(SOURCES).join(', ')}`)
  }
  return registry[kind].load(rest, options)
}
