import { formsOf, isNameIn, type NameIn, SOURCES } from '../catalogue.ts'
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

/**
 * Loads the dataset that `source` names, such as `digits` or `csv:FILE`, split in training and test samples. The same
 * source, file contents and options give the same split.
 *
 * @throws SourceError where the text or the options are not understood
 * @throws DataFileError where a file is missing or malformed
 */
export async function loadDataset(source: string, options: LoadOptions): Promise<Split> {
  const [, kind = source, argument = ''] = /^([^:]*):?(.*)$/s.exec(source) ?? []
  if (!isNameIn(registry, kind)) {
    throw new SourceError(`Unknown data source "${source}"; accepted: ${formsOf(SOURCES).join(', ')}`)
  }
  if (options.samples !== undefined && !(Number.isSafeInteger(options.samples) && options.samples > 0)) {
    throw new SourceError(`Cannot load ${options.samples} samples; expected a whole number above 0`)
  }
  return registry[kind].load(argument, options)
}
