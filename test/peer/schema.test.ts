import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../temporary-folder.ts'
import { warmHearsay } from './command-line.ts'

const folder = temporaryFolder()
const at = (name: string) => join(folder.path, name)
const read = (name: string) => JSON.parse(readFileSync(at(name), 'utf8'))

const table = (name: string, header: string, rows: number, row: (i: number) => string) =>
  folder.write(name, `${header}\n${Array.from({ length: rows }, (_, i) => row(i)).join('\n')}\n`)

const SECRET = 'Zebedee'
/** Three sites: other orders of columns, a class that one lacks, a category of one's own, and missing values at one. */
const north = table(
  'north.csv',
  'patient_id,name,age,ward,outcome',
  60,
  i => `${900 + 7 * i},${SECRET} ${i},${20.125 + i},${'AB'[i % 2]},${['well', 'ill', 'gone'][i % 3]}`,
)
const south = table(
  'south.csv',
  'outcome,ward,age,patient_id',
  50,
  i => `${['well', 'ill'][i % 2]},${i < 2 ? 'rare ward' : 'ABC'[i % 3]},${i % 5 === 0 ? 'NA' : 30.5 + i},${5 * i + 1}`,
)
const west = table('west.csv', 'age;outcome;ward;scanner', 40, i => `${40 + i},5;${['well', 'gone'][i % 2]};B;${i}`)

const schemaOf = (file: string, ...flags: string[]) => warmHearsay('schema', '--data', `csv:${file}`, ...flags)

describe('three sites', () => {
  test('each write a schema without rows, and one of them makes the recipe for all', async () => {
    const labelled = (file: string) => `${file}?label=outcome`
    for (const [file, name] of [
      [north, 'n.json'],
      [labelled(south), 's.json'],
      [labelled(west), 'w.json'],
    ] as const) {
      const { code, stdout, stderr } = await schemaOf(file, '--out', at(name))
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      expect(stdout).toContain(`wrote ${at(name)}: read it, and give it to whoever writes the recipe`)
    }
    const text = readFileSync(at('n.json'), 'utf8')
    // Neither rows, nor what identifies anybody, nor the smallest and the largest value.
    for (const secret of [SECRET, '20.125', '79.125', '907']) expect(text).not.toContain(secret)
    expect(read('n.json')).toMatchObject({
      rows: 60,
      columns: [
        { name: 'age', kind: 'number', mean: 50, deviation: 17 },
        { name: 'ward', kind: 'category', values: ['A', 'B'], rare: 0 },
      ],
      label: { name: 'outcome', classes: { gone: 20, ill: 20, well: 20 } },
      leftOut: [{ name: 'patient_id' }, { name: 'name' }],
    })
    expect(read('s.json').columns[0]).toMatchObject({ name: 'ward', values: ['A', 'B', 'C'], rare: 1 })

    const { code, stdout, stderr } = await warmHearsay(
      'init',
      '--schema',
      at('n.json'),
      at('s.json'),
      at('w.json'),
      '--out',
      at('recipe.json'),
    )
    expect(code).toBe(0)
    expect(stderr.match(/^warning: .*$/gm)?.map(line => line.split(':')[1])).toEqual([
      ' left out "patient_id"',
      ' left out "name"',
      ' left out "scanner"',
    ])
    const { data, model, start } = read('recipe.json')
    // Nobody is to come after the end.
    expect(start.minimumPeers).toBe(3)
    expect(stdout).toContain('training begins when 3 peers with data are there (--min-peers N)')
    expect(data).toEqual({
      standardise: true,
      table: {
        columns: [
          { name: 'age', kind: 'number', origin: 0, missing: 'mean' },
          { name: 'ward', kind: 'category', values: ['A', 'B', 'C'], other: true, missing: 'refuse' },
        ],
        label: { kind: 'class', name: 'outcome' },
        missing: expect.arrayContaining(['NA']),
      },
    })
    expect(model).toMatchObject({ shape: [5], classes: 3, classNames: ['gone', 'ill', 'well'] })
    expect(stdout).toContain('150 rows at 3 sites')
    expect(stdout).toMatch(/hearsay peer \S*recipe\.json --data SOURCE --state \S*recipe-founder$/m)

    // Each site's table is one of that recipe.
    for (const file of [north, south, west]) {
      const { code, stderr } = await warmHearsay(
        'simulate',
        at('recipe.json'),
        '--peers',
        '2',
        '--steps',
        '2',
        '--data',
        `csv:${file}`,
        '--json',
      )
      expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
    }
  })

  test('that do not go together hear of every conflict, with the files, and no recipe is written', async () => {
    const one = table('one.csv', 'age,ward,outcome', 30, i => `${i * 1.5},${'AB'[i % 2]},${'pq'[i % 2]}`)
    const two = table('two.csv', 'age,ward,outcome', 30, i => `${['young', 'old'][i % 2]},${i * 2.5},${'pq'[i % 2]}`)
    for (const [file, name] of [
      [one, '1.json'],
      [two, '2.json'],
    ] as const)
      await schemaOf(file, '--out', at(name))
    const { code, stderr } = await warmHearsay('init', '--schema', at('1.json'), at('2.json'), '--out', at('none.json'))
    expect(code).toBe(2)
    expect(stderr).toContain("the sites' tables do not go together:\n")
    expect(stderr).toContain(
      `  - "age" is number at ${at('1.json')}, category at ${at('2.json')}; make it one kind everywhere`,
    )
    expect(stderr).toContain(`  - "ward" is category at ${at('1.json')}, number at ${at('2.json')};`)
    expect(existsSync(at('none.json'))).toBe(false)
  })
})

test('--rare lists what few rows say, and --task says what a label means', async () => {
  await schemaOf(`${south}?label=outcome`, '--rare', '--out', at('rare.json'))
  expect(read('rare.json').columns[0].values).toEqual(['A', 'B', 'C', 'rare ward'])
  const rated = table('rated.csv', 'x,stars', 40, i => `${i * 1.5},${1 + (i % 5)}`)
  await schemaOf(rated, '--out', at('classes.json'))
  await schemaOf(rated, '--task', 'regress', '--out', at('measured.json'))
  expect([read('classes.json').label.kind, read('measured.json').label.kind]).toEqual(['class', 'number'])
  const { code } = await warmHearsay('init', '--schema', at('measured.json'), '--out', at('regression.json'))
  expect(code).toBe(0)
  expect(read('regression.json')).toMatchObject({ objective: { task: 'regress' }, model: { shape: [1], classes: 0 } })
})

describe('refused, with what to type:', () => {
  test('data that are no table, and a file that is there', async () => {
    expect(await warmHearsay('schema', '--data', 'digits', '--out', at('digits.json'))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--data digits is no table; a schema is of tables, such as csv:FILE'),
    })
    folder.write('there.json', 'mine')
    const { code, stderr } = await schemaOf(north, '--out', at('there.json'))
    expect(code).toBe(2)
    expect(stderr).toContain('--force')
    expect(readFileSync(at('there.json'), 'utf8')).toBe('mine')
    expect((await schemaOf(north, '--out', at('there.json'), '--force')).code).toBe(0)
  })

  test('a table with faults: all of them, each with its remedy', async () => {
    const faulty = table(
      'faulty.csv',
      'day,weight,outcome',
      50,
      i => `${(i % 12) + 1}/${(i % 28) + 1}/2024,${i === 7 ? 'heavy' : i * 1.5},${'pq'[i % 2]}${i === 9 ? ',1' : ''}`,
    )
    const { code, stderr } = await schemaOf(faulty, '--out', at('faulty.json'))
    expect(code).toBe(2)
    expect(stderr).toContain(`${faulty}: 3 problems:\n  - row 11: found 4 columns; expected 3`)
    expect(stderr).toContain('say ?date=dd/mm/yyyy or ?date=mm/dd/yyyy')
    expect(stderr).toContain('?missing=heavy')
    expect(existsSync(at('faulty.json'))).toBe(false)
  })

  test('a file that is no schema, or none at all', async () => {
    const recipe = folder.write('no-schema.json', '{"hearsay":"0.1"}')
    const { code, stderr } = await warmHearsay('init', '--schema', recipe, '--out', at('x.json'))
    expect(code).toBe(2)
    expect(stderr).toMatch(/no-schema\.json, field hearsaySchema: .*expected what hearsay schema --data SOURCE writes/)
    expect(await warmHearsay('init', '--schema', at('nowhere.json'), '--out', at('x.json'))).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('nowhere.json'),
    })
  })
})

test('init --data tells rows, kinds, classes with their rows, what it leaves out and why', async () => {
  const { code, stdout } = await warmHearsay(
    'init',
    '--yes',
    '--data',
    `csv:${south}?label=outcome`,
    '--out',
    at('own.json'),
  )
  expect(code).toBe(0)
  expect(stdout).toContain('classification: predicts "outcome": ill (25), well (25)')
  expect(stdout).toMatch(/south\.csv\S*: 50 rows/)
  expect(stdout).toMatch(/ward +category: A, B, C, rare ward/)
  expect(stdout).toMatch(/age +number, mean 56, deviation 14; 10 missing/)
  expect(stdout).toMatch(/patient_id +left out: an id: different in every row/)
})

test('the help tells what a schema tells, and what not', async () => {
  const { stdout } = await warmHearsay('schema', '--help')
  expect(stdout).toMatch(/What the file tells: .*What it does not tell: any row, any single measured value/s)
})
