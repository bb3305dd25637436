import type { Item } from '../row.ts'
import { testsOf } from '../tests-of.ts'
import { defaults, regression } from './defaults.ts'
import { using } from './using.ts'
import { worth } from './worth.ts'

const cases = testsOf('cases', 'files as people have them are understood, or refused with what to do', [
  ['every file of the cases', 'test/data/cases.test.ts'],
])

const dialects = testsOf('dialects', 'the reader of text against values written by a generator of dialects', [
  ['any values in any dialect are read back', 'test/data/table'],
])

const hospitals = testsOf('hospitals', 'three sites with unlike tables, from schemas to predictions', [
  [
    'north, south and west end with one model, and predict',
    '--config',
    'vitest.large.config.ts',
    'test/examples/three-hospitals.large.test.ts',
  ],
])

/** The evidence that issue 12 asks for, in its order, and the files as people have them. */
export const tables: readonly Item[] = [defaults, regression, worth, using, hospitals, dialects, cases]
