import { join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { samples } from '../../src/data/dataset.ts'
import { loadDataset } from '../../src/data/sources.ts'
import { standardise } from '../../src/data/standardise.ts'
import { UsageError } from '../../src/errors.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { inputsOf } from './inputs-of.ts'

const folder = temporaryFolder()
const load = (file: string, limit?: number) =>
  loadDataset(`module:${file}`, { seed: 1, ...(limit && { samples: limit }) })

/** Ten samples of two features in two classes, as the text of a program. */
const TEN = `{
  inputs: Float32Array.from({ length: 20 }, (_, i) => i),
  labels: Int32Array.from({ length: 10 }, (_, i) => i % 2),
  shape: [2],
  classes: 2,
}`

describe('a module', () => {
  test('that exports a dataset by name: shuffled with the seed, the last fifth for testing', async () => {
    const file = folder.write('named.mjs', `export const dataset = ${TEN}`)
    const { train, test } = await load(file)
    expect([samples(train), samples(test)]).toEqual([8, 2])
    expect(train.name).toBe(`module:${file}`)
    const inputs = [...inputsOf(train), ...inputsOf(test)]
    expect(inputs).not.toEqual(inputs.toSorted((a, b) => a - b))
    expect(inputs.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i))
    expect((await loadDataset(`module:${file}`, { seed: 1 })).train).toEqual(train)
  })

  test('that exports a split as its default: in its own order, the first samples where fewer are asked for', async () => {
    const file = folder.write('split.mjs', `const ten = ${TEN}\nexport default { train: ten, test: ten }`)
    const { train, test } = await load(file, 3)
    expect([...inputsOf(train)]).toEqual([0, 1, 2, 3, 4, 5])
    expect(samples(test)).toBe(10)
  })

  test('that exports a function, in TypeScript, is given the options', async () => {
    const file = folder.write(
      'function.ts',
      `type Options = { readonly seed: number }
       export default async ({ seed }: Options) => {
         const ten = ${TEN}
         return { train: { ...ten, name: 'seed ' + seed }, test: ten }
       }`,
    )
    expect((await load(file)).train.name).toBe('seed 1')
  })

  test('is found from the working directory', async () => {
    const file = folder.write('relative.mjs', `export default ${TEN}`)
    expect(samples((await load(relative(process.cwd(), file))).train)).toBe(8)
  })

  test('may hand on what another source loaded, with rows in a file that are standardised when they are read', async () => {
    const csv = folder.write('ten.csv', Array.from({ length: 10 }, (_, i) => `${5 * i},${i * i},${i % 2}`).join('\n'))
    const source = `csv:${csv}?header=no`
    const options = { seed: 1, memoryLimitBytes: 0 }
    const library = (file: string) => JSON.stringify(join(import.meta.dirname, '../../src/data', file))
    const file = folder.write(
      'handed-on.mjs',
      `import { loadDataset } from ${library('sources.ts')}
       import { standardise } from ${library('standardise.ts')}
       export default async () => standardise(await loadDataset(${JSON.stringify(source)}, ${JSON.stringify(options)}))`,
    )
    const own = await standardise(await loadDataset(source, options))
    expect(own.train.maps).toHaveLength(1)
    const handedOn = await load(file)
    expect(handedOn.table).toEqual(own.table)
    expect(inputsOf(handedOn.train)).toEqual(inputsOf(own.train))
  })

  test('of sequences keeps their order', async () => {
    const file = folder.write(
      'sequences.mjs',
      `export default {
         inputs: Float32Array.from({ length: 20 }, (_, i) => i % 3),
         labels: Int32Array.from({ length: 20 }, (_, i) => (i + 1) % 3),
         shape: [2], classes: 3, targets: 2,
       }`,
    )
    expect([...inputsOf((await load(file)).train)]).toEqual(Array.from({ length: 16 }, (_, i) => i % 3))
  })
})

const changed = (change: string) => `export default { ...${TEN}, ${change} }`
const splitWith = (change: string) => `const ten = ${TEN}\nexport default { train: ten, test: { ...ten, ${change} } }`

describe('refused, with the file and the field:', () => {
  test.each([
    ['nothing.mjs', '', 'the module exports nothing; expected a dataset'],
    ['other.mjs', 'export const data = 1', 'the module exports data; expected a dataset'],
    ['number.mjs', 'export default 7', 'expected a dataset: { inputs, labels, shape, classes }'],
    ['null.mjs', 'export default null', 'expected a dataset'],
    ['syntax.mjs', 'export default {', 'the module cannot be loaded: '],
    ['throws.mjs', 'throw new Error("no disk")', 'the module cannot be loaded: no disk'],
    ['fails.mjs', 'export default () => { throw new Error("no net") }', 'the function that it exports failed: no net'],
    ['array.mjs', changed('inputs: [1, 2]'), 'field inputs: expected a Float32Array'],
    ['labels.mjs', changed('labels: [0, 1]'), 'field labels: expected an Int32Array'],
    ['shape.mjs', changed('shape: [0]'), 'field shape.0: expected a whole number of at least 1'],
    ['classes.mjs', changed('classes: 1.5'), 'field classes: expected a whole number of at least 1'],
    ['misspelt.mjs', changed('clases: 3'), 'unknown field clases; expected a dataset'],
    [
      'short.mjs',
      changed('inputs: new Float32Array(18)'),
      'field inputs: found 18 numbers; expected 10 samples, as there are labels, of 2 numbers, as the shape [2] says',
    ],
    [
      'nan.mjs',
      changed('inputs: new Float32Array(20).fill(NaN, 3)'),
      'field inputs.3: found NaN; expected a finite number',
    ],
    [
      'range.mjs',
      changed('labels: new Int32Array(10).fill(2, 4)'),
      'field labels.4: found 2; expected 0 to 1, as there are 2 classes',
    ],
    ['map.mjs', changed('maps: [{ shift: [0, 0], scale: [1, 1] }]'), 'field maps.0.shift: expected a Float64Array'],
    [
      'narrow.mjs',
      changed('maps: [{ shift: new Float64Array(2), scale: new Float64Array(3).fill(1) }]'),
      'field maps.0.scale: found 3 numbers; expected 2, one for each feature',
    ],
    ['names.mjs', changed('classNames: ["a"]'), 'field classNames: found 1; expected one for each of 2 classes'],
    ['targets.mjs', changed('targets: 3'), 'field labels: found 10; expected 3 for each sample'],
    [
      'symbols.mjs',
      changed('targets: 1, classes: 19'),
      'field inputs.19: found 19; expected a symbol from 0 to 18, as samples with targets are sequences',
    ],
    ['half.mjs', `export default { train: ${TEN} }`, 'found the fields train; expected train and test'],
    [
      'more.mjs',
      splitWith('').replace('export default {', 'export default { validation: ten,'),
      'expected train and test',
    ],
    ['unequal.mjs', splitWith('classes: 3'), 'field test.classes: found 3; expected 2, as train has'],
    [
      'empty.mjs',
      splitWith('inputs: new Float32Array(0), labels: new Int32Array(0)'),
      'field test: found no samples; expected at least one',
    ],
  ])('%s', async (name, content, message) => {
    const file = folder.write(name, content)
    const error = await load(file).catch((error: unknown) => error)
    expect(error).toBeInstanceOf(UsageError)
    expect((error as Error).message).toContain(file)
    expect((error as Error).message).toContain(message)
  })

  test('a file that is not there, a folder, and no name', async () => {
    await expect(load('nowhere.mjs')).rejects.toThrow('nowhere.mjs: there is no such file')
    await expect(load(folder.path)).rejects.toThrow('this is a folder; expected a file')
    await expect(load('')).rejects.toThrow('names no file; expected module:FILE')
  })
})
