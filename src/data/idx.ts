import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { formOf, SOURCES } from '../catalogue.ts'
import { DataFileError, SourceError } from './errors.ts'
import { unreadable } from './files.ts'
import { readIdx } from './read-idx.ts'
import { shuffledOrder } from './shuffle.ts'
import type { DataSource } from './source.ts'
import { splitLastFifth } from './split.ts'

const FORM = formOf(SOURCES, 'idx')

/**
 * The IDX format of the MNIST files (Y. LeCun), gzip or not. Samples are shuffled with the seed before the split, since some files are
 * sorted by class.
 */
export const idx: DataSource = {
  async load(argument, { seed, samples: limit, memoryLimitBytes }) {
    const [images, labels] = await findFiles(argument)
    const dataset = await readIdx(
      { file: images, content: () => createReadStream(images) },
      { file: labels, content: () => createReadStream(labels) },
      memoryLimitBytes,
    )
    return splitLastFifth(dataset, limit, shuffledOrder(dataset, seed))
  },
}

/** `IMAGES,LABELS`, or a folder with one of each. */
async function findFiles(argument: string): Promise<[images: string, labels: string]> {
  const parts = argument.split(',')
  if (parts.includes('') || parts.length > 2) {
    throw new SourceError(`"idx:${argument}" names ${argument === '' ? 'no files' : 'not two files'}; expected ${FORM}`)
  }
  if (parts.length === 2) return parts as [string, string]
  const isFolder = await stat(argument).then(
    found => found.isDirectory(),
    error => {
      throw unreadable(argument, error)
    },
  )
  if (!isFolder) throw new SourceError(`"idx:${argument}" names one file; expected ${FORM}`)
  const names = (await readdir(argument)).sort()
  const only = (what: string, pattern: RegExp, form: string) => {
    const found = names.filter(name => pattern.test(name))
    if (found.length === 1) return join(argument, found[0] as string)
    const list = found.length === 0 ? 'none' : found.join(' and ')
    throw new DataFileError(
      `${argument}: expected one file of ${what}, named ${form}; found ${list}. Name both: idx:IMAGES,LABELS`,
    )
  }
  return [only('images', /images.*idx[34]/i, '*images*idx3*'), only('labels', /labels.*idx1/i, '*labels*idx1*')]
}
