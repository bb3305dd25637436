import { createReadStream } from 'node:fs'
import { formOf, SOURCES } from '../catalogue.ts'
import { SourceError } from './errors.ts'
import { shuffledOrder } from './shuffle.ts'
import type { DataSource } from './source.ts'
import { parseSourceArgument, type SourceArgument } from './source-argument.ts'
import { splitLastFifth } from './split.ts'
import { standardise } from './standardise.ts'

const FORM = formOf(SOURCES, 'csv')

/**
 * A file of comma-separated numbers, one sample a row, with a column of labels. Rows are shuffled with the seed before
 * the split, since many files are sorted by class.
 */
export const csv: DataSource = {
  async load(argument, { seed, samples: limit, warn, memoryLimitBytes }) {
    const given = parseSourceArgument('csv', argument, FORM, ['label', 'header', 'standardise'])
    const header = isYes(given, 'header', true)
    const standard = isYes(given, 'standardise', false)
    const options = { file: given.path, label: given.get('label'), header, warn, memoryLimitBytes }
    // Imported here, since to name the sources takes no parser.
    const { readCsv } = await import('./read-csv.ts')
    const rows = await readCsv(createReadStream(given.path), options)
    const split = splitLastFifth(rows, limit, shuffledOrder(rows, seed))
    return standard ? await standardise(split) : split
  },
}

function isYes(given: SourceArgument, key: string, otherwise: boolean): boolean {
  const value = given.get(key)
  if (value === undefined) return otherwise
  if (value !== 'yes' && value !== 'no') {
    throw new SourceError(`"${given.source}" says ${key}=${value}; expected ${key}=yes or ${key}=no`)
  }
  return value === 'yes'
}
