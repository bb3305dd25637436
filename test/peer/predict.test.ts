import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import { beforeAll, describe, expect, test } from 'vitest'
import { exportModel, loadModel, parseRecipe } from '../../src/index.ts'
import { anyParameters, stateOf } from '../library/state-of.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { warmHearsay } from './command-line.ts'
import { sizes, stateOfPrices, stateOfTable } from './states-of-tables.ts'

const { path, write } = temporaryFolder()
const inFolder = (name: string) => join(path, name)

const classes = sizes(['tall', 'small, or so'])

let state: string
let regression: string
beforeAll(async () => {
  state = await stateOfTable(inFolder('classes'), classes)
  regression = await stateOfPrices(inFolder('values'))
  await exportModel({ state, to: inFolder('model.safetensors') })
  await exportModel({ state, to: inFolder('web-model') })
})

const rowsIn = (file: string): string[][] => parse(readFileSync(inFolder(file)))

/** What a state's model says of samples, by the library. */
async function said(of: string, inputs: readonly number[]): Promise<number[]> {
  const model = await loadModel(of)
  const predicted = [...(await model.predict(Float32Array.from(inputs)))]
  model.dispose()
  return predicted
}

/** In another order than the model's, with a column that it does not know and one that is missing: the label's. */
const TABLE = 'colour,note,height\nred,"a, b",1005\nblue,,1200\nred,x,NA\n'

describe('predict', () => {
  test.each([
    ['--state', () => ['--state', state]],
    ['a state', () => [state]],
    ['safetensors', () => [inFolder('model.safetensors')]],
    ["TensorFlow.js's folder", () => [inFolder('web-model')]],
  ])('writes the table with classes and probabilities: of a model by %s', async (what, model) => {
    const to = inFolder(`${what.replaceAll(/\W/g, '-')}.csv`)
    const { code, stdout } = await warmHearsay(
      'predict',
      ...model(),
      '--data',
      `csv:${write('t.csv', TABLE)}`,
      '--out',
      to,
    )
    expect([code, stdout]).toEqual([0, `wrote ${to}: 3 rows with predicted size, p(tall), p(small, or so)\n`])
    const [header, ...rows] = parse(readFileSync(to)) as string[][]
    expect(header).toEqual(['colour', 'note', 'height', 'predicted size', 'p(tall)', 'p(small, or so)'])
    expect(rows.map(row => row.slice(0, 3))).toEqual([
      ['red', 'a, b', '1005'],
      ['blue', '', '1200'],
      ['red', 'x', 'NA'],
    ])
    const expected = await said(state, [5, 1, 0, 200, 0, 1, 3, 1, 0])
    for (const [index, [, , , predicted, ...probabilities]] of rows.entries()) {
      const [tall, small] = expected.slice(2 * index)
      expect(Number(probabilities[0])).toBeCloseTo(tall, 6)
      expect(Number(probabilities[1])).toBeCloseTo(small, 6)
      expect(predicted).toBe(tall > small ? 'tall' : 'small, or so')
    }
    expect(new Set(rows.map(row => row[3])).size).toBe(2)
  })

  test('writes measured values in their units, with the digits that the model tells', async () => {
    const to = inFolder('values.csv')
    await warmHearsay('predict', regression, '--data', `csv:${write('t.csv', TABLE)}`, '--out', to)
    const [header, ...rows] = rowsIn('values.csv')
    expect(header.at(-1)).toBe('predicted price')
    const expected = await said(regression, [5, 1, 0, 200, 0, 1, 3, 1, 0])
    for (const [index, row] of rows.entries()) {
      expect(Number(row[3]) - 2e9).toBeCloseTo(expected[index] - 2e9, 4)
      expect(row[3]).toMatch(/^20000000\d\d\.?\d{0,5}$/)
    }
  })

  test('leaves out and names rows that cannot be read; tells programs of them', async () => {
    const table = write(
      'faults.csv',
      'height,colour,size\n1001,red,tall\nhigh,red,tall\n1002,green,\n1003,blue,small\nhigh,red,\n',
    )
    const to = inFolder('faults-out.csv')
    const { code, stdout, stderr } = await warmHearsay(
      'predict',
      state,
      '--data',
      `csv:${table}`,
      '--out',
      to,
      '--json',
    )
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      file: to,
      rows: 2,
      skipped: 3,
      columns: ['height', 'colour', 'size', 'predicted size', 'p(tall)', 'p(small, or so)'],
      predicted: ['predicted size', 'p(tall)', 'p(small, or so)'],
    })
    expect(stderr).toContain(`${table}: rows 3, 6, column "height": found "high"; expected a number`)
    expect(stderr).toContain('row 4, column "colour": found "green"; expected one of "red", "blue"')
    expect(stderr).toContain('left out 3 of 5 rows, which cannot be read; --strict refuses such a table')
    expect(rowsIn('faults-out.csv').map(row => row[0])).toEqual(['height', '1001', '1003'])
  })

  test('a model that standardises nothing knows no mean for a number that is missing', async () => {
    const bare = await stateOfTable(inFolder('bare-numbers'), {
      ...classes,
      data: { ...classes.data, standardise: false },
    })
    const to = inFolder('bare-out.csv')
    const { stderr } = await warmHearsay('predict', bare, '--data', `csv:${write('t.csv', TABLE)}`, '--out', to)
    expect(stderr).toContain('row 4, column "height": found an empty cell; expected a value: this model standardises')
    expect(rowsIn('bare-out.csv').slice(1)).toHaveLength(2)
  })

  test('--strict refuses them, all at once, and leaves no file', async () => {
    const table = write('strict.csv', 'height,colour\n1001,red\nhigh,red\n1002,green\n')
    const { code, stderr } = await warmHearsay(
      'predict',
      state,
      '--data',
      `csv:${table}`,
      '--out',
      inFolder('no.csv'),
      '--strict',
    )
    expect(code).toBe(2)
    expect(stderr).toContain('row 3, column "height"')
    expect(stderr).toContain('row 4, column "colour"')
    expect(readdirSync(path).filter(name => name.startsWith('no.csv'))).toEqual([])
  })

  test('a table of which no row can be read is refused', async () => {
    const table = write('none.csv', 'height,colour\nhigh,red\nhigh,red\n')
    const { code, stderr } = await warmHearsay(
      'predict',
      state,
      '--data',
      `csv:${table}`,
      '--out',
      inFolder('none-out.csv'),
    )
    expect([code, existsSync(inFolder('none-out.csv'))]).toEqual([2, false])
    expect(stderr).toContain('rows 2, 3, column "height": found "high"')
  })

  test('packs a file whose name ends in .gz', async () => {
    const to = inFolder('packed.csv.gz')
    await warmHearsay('predict', state, '--data', `csv:${write('t.csv', TABLE)}`, '--out', to)
    expect(parse(gunzipSync(readFileSync(to)))).toHaveLength(4)
  })

  test('does not replace a file unless it is told to', async () => {
    const table = write('t.csv', TABLE)
    const to = write('kept.csv', 'kept')
    const refused = await warmHearsay('predict', state, '--data', `csv:${table}`, '--out', to)
    expect([refused.code, readFileSync(to, 'utf8')]).toEqual([2, 'kept'])
    expect(refused.stderr).toContain('exists already; choose another name, or replace it with --force')
    expect((await warmHearsay('predict', state, '--data', `csv:${table}`, '--out', to, '--force')).code).toBe(0)
    expect(rowsIn('kept.csv')).toHaveLength(4)
  })

  test('never replaces the table itself, whose faulty rows it leaves out', async () => {
    const table = write('itself.csv', TABLE)
    const args = ['predict', state, '--data', `csv:${table}`, '--out', `${path}/./itself.csv`, '--force']
    const { code, stderr } = await warmHearsay(...args)
    expect([code, readFileSync(table, 'utf8')]).toEqual([2, TABLE])
    expect(stderr).toContain('is the table itself, of which rows may be left out; choose another name')
  })

  test('columns of the same name as those of the prediction stay', async () => {
    const table = write('again.csv', 'height,colour,p(tall),predicted size\n1001,red,0.5,none\n')
    await warmHearsay('predict', state, '--data', `csv:${table}`, '--out', inFolder('again-out.csv'))
    const [header, row] = rowsIn('again-out.csv')
    expect(header.slice(2)).toEqual(['p(tall)', 'predicted size', 'predicted size_', 'p(tall)_', 'p(small, or so)'])
    expect(row.slice(2, 4)).toEqual(['0.5', 'none'])
  })

  test('keeps the order of many rows', async () => {
    const count = 3_000
    const lines = Array.from({ length: count }, (_, i) => `${1_000 + i},${i % 2 === 0 ? 'red' : 'blue'}`)
    writeFileSync(inFolder('many.csv'), `height,colour\n${lines.join('\n')}\n`)
    await warmHearsay('predict', state, '--data', `csv:${inFolder('many.csv')}`, '--out', inFolder('many-out.csv'))
    const rows = rowsIn('many-out.csv').slice(1)
    expect(rows.map(([height]) => Number(height))).toEqual(Array.from({ length: count }, (_, i) => 1_000 + i))
  })

  test.each([
    ['no model', [], 'no model; expected a file or a folder that hearsay export has written'],
    ['two models', ['x', '--state', 'y'], 'a MODEL and --state are two ways to say which model; choose one'],
    ['a model that is not there', ['nowhere'], 'nowhere: there is no such file or folder'],
  ])('refuses %s', async (_, model, message) => {
    const { code, stderr } = await warmHearsay('predict', ...model, '--data', 'csv:x.csv', '--out', inFolder('x.csv'))
    expect(code).toBe(2)
    expect(stderr).toContain(message)
  })

  test('refuses a table without a column of the model, by name', async () => {
    const table = write('lacking.csv', 'height,color\n1,red\n')
    const { code, stderr } = await warmHearsay('predict', state, '--data', `csv:${table}`, '--out', inFolder('x.csv'))
    expect(code).toBe(2)
    expect(stderr).toContain(
      'the column "colour" of the recipe is missing; it has "color", which the recipe does not know',
    )
  })

  test('refuses what is no table, and a model that is of none', async () => {
    const digits = await warmHearsay('predict', state, '--data', 'digits', '--out', inFolder('x.csv'))
    expect([digits.code, digits.stderr]).toEqual([2, expect.stringContaining('digits is no table')])
    const recipe = parseRecipe({ model: { name: 'linear', shape: [3], classes: 2 } })
    const bare = await stateOf(
      inFolder('bare'),
      recipe,
      await anyParameters({ name: 'linear', shape: [3], classes: 2 }),
    )
    const table = await warmHearsay(
      'predict',
      bare,
      '--data',
      `csv:${write('t.csv', TABLE)}`,
      '--out',
      inFolder('x.csv'),
    )
    expect([table.code, table.stderr]).toEqual([2, expect.stringContaining('names no columns of a table')])
  })
})
