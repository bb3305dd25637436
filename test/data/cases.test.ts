/**
 * Files as people have them, each understood as its README says that it should be. What swarms learn from them is tested elsewhere.
 *
 * @packageDocumentation
 */

import { describe, expect, test } from 'vitest'
import { samples } from '../../src/data/dataset.ts'
import { loadDataset } from '../../src/data/sources.ts'
import { mergeSites } from '../../src/table/merge-sites.ts'
import { inputsOf } from './inputs-of.ts'
import { missingData, realData } from './real-data.ts'

const folder = realData('cases')

/** What is understood of a file, in few words. */
async function understood(name: string, query = '') {
  const heard: string[] = []
  const split = await loadDataset(`csv:${folder}/${name}${query}`, { seed: 1, warn: message => heard.push(message) })
  const { site, schema, leftOut, unlabelled, gaps, dialect } = split.table as NonNullable<typeof split.table>
  const { label } = site as NonNullable<typeof site>
  return {
    ...split,
    heard,
    seen: {
      rows: samples(split.train) + samples(split.test),
      columns: Object.fromEntries(schema.columns.map(({ name, kind }) => [name, kind])),
      label: label.kind === 'class' ? { [label.name]: label.classes } : { [label.targets[0].name]: 'measured' },
      leftOut: Object.fromEntries(leftOut.map(({ name, reason }) => [name, reason])),
      unlabelled,
      gaps,
      dialect,
    },
  }
}

/** The same kind for several columns. */
const all = (kind: string, ...names: string[]) => Object.fromEntries(names.map(name => [name, kind]))

const XY = all('number', 'x', 'y')
const ABC = { label: { a: 20, b: 20, c: 20 } }
const FLOWERS = all('number', 'sepal length (cm)', 'sepal width (cm)', 'petal length (cm)', 'petal width (cm)')
const BIRDS = all('number', 'bill_length_mm', 'bill_depth_mm', 'flipper_length_mm', 'body_mass_g')
const SPECIES = { species: { setosa: 50, versicolor: 50, virginica: 50 } }
const plain = { leftOut: {}, unlabelled: 0, gaps: 0, dialect: '' }

const CASES: readonly (readonly [string, object])[] = [
  ['iris.csv', { rows: 150, columns: FLOWERS, label: SPECIES }],
  ['iris_index.csv', { rows: 150, columns: FLOWERS, label: SPECIES, leftOut: { '': "a row's number" } }],
  ['noise.csv', { rows: 300, columns: all('number', 'x', 'y', 'z'), label: { label: { a: 100, b: 100, c: 100 } } }],
  [
    'noise_index.csv',
    {
      rows: 300,
      columns: all('number', 'x', 'y', 'z'),
      label: { label: { a: 100, b: 100, c: 100 } },
      leftOut: { '': "a row's number" },
    },
  ],
  [
    'penguins_num_dropna.csv',
    { rows: 342, columns: BIRDS, label: { species: { Adelie: 151, Chinstrap: 68, Gentoo: 123 } } },
  ],
  [
    'penguins_num.csv',
    { rows: 344, columns: BIRDS, label: { species: { Adelie: 152, Chinstrap: 68, Gentoo: 124 } }, gaps: 8 },
  ],
  [
    'penguins_dummies.csv',
    {
      rows: 333,
      columns: {
        ...BIRDS,
        year: 'number',
        ...all('yes/no', 'island_Biscoe', 'island_Dream', 'island_Torgersen', 'sex_female', 'sex_male'),
      },
      label: { species: { Adelie: 146, Chinstrap: 68, Gentoo: 119 } },
    },
  ],
  [
    'titanic_kaggle.csv',
    {
      rows: 299,
      columns: { Survived: 'number', Pclass: 'number', Sex: 'category', Age: 'number', Fare: 'number' },
      label: { Embarked: { C: 53, Q: 33, S: 213 } },
      leftOut: { PassengerId: "a row's number", Name: 'an id or a name: different in every row' },
      unlabelled: 1,
      gaps: 61,
    },
  ],
  [
    'adult.csv',
    {
      rows: 300,
      columns: { 'column 1': 'number', 'column 2': 'category', 'column 3': 'number', 'column 4': 'number' },
      label: { 'column 5': { '<=50K': 152, '>50K': 148 } },
      dialect: 'rows without names',
    },
  ],
  ['bool.csv', { rows: 60, columns: { x: 'number', ...all('yes/no', 'sex_male', 'sex_female') }, label: ABC }],
  ['boollabel.csv', { rows: 60, columns: XY, label: { churn: { False: 30, True: 30 } } }],
  ['misslabel_NA.csv', { rows: 59, columns: XY, label: { label: { a: 20, b: 19, c: 20 } }, unlabelled: 1 }],
  ['misslabel_q.csv', { rows: 59, columns: XY, label: { label: { a: 20, b: 19, c: 20 } }, unlabelled: 1 }],
  ['floatlabel.csv', { rows: 60, columns: XY, label: { label: { '1.0': 20, '2.0': 20, unknown: 20 } } }],
  ['floatlabel_b.csv', { rows: 60, columns: XY, label: { label: { '1.0': 30, '2.0': 30 } } }],
  ['sensor_s.csv', { rows: 400, columns: all('number', 'ts', 'v'), label: { state: { 0: 200, 1: 200 } } }],
  [
    'de.csv',
    {
      rows: 60,
      columns: all('number', 'Breite', 'Hoehe'),
      label: { Klasse: ABC.label },
      dialect: 'separated by ;, decimal comma',
    },
  ],
  ['decq.csv', { rows: 60, columns: XY, label: ABC, dialect: 'decimal comma in x' }],
  [
    'semi.csv',
    {
      rows: 60,
      columns: all('number', 'fixed acidity', 'volatile acidity'),
      label: { quality: { 3: 20, 4: 20, 5: 20 } },
      dialect: 'separated by ;',
    },
  ],
  ['tab.csv', { rows: 60, columns: XY, label: ABC, dialect: 'separated by tabs' }],
  ['sep.csv', { rows: 60, columns: XY, label: ABC }],
  ['t.csv.gz', { rows: 60, columns: XY, label: ABC }],
  ['A.csv', { rows: 200, columns: XY, label: { label: { a: 100, b: 100 } } }],
  ['B.csv', { rows: 200, columns: XY, label: { label: { c: 100, d: 100 } } }],
  ['all.csv', { rows: 400, columns: XY, label: { label: { a: 100, b: 100, c: 100, d: 100 } } }],
  [
    'ordA.csv',
    { rows: 200, columns: all('number', 'height', 'width'), label: { label: { a: 50, b: 50, c: 50, d: 50 } } },
  ],
  [
    'ordB.csv',
    { rows: 200, columns: all('number', 'height', 'width'), label: { label: { a: 50, b: 50, c: 50, d: 50 } } },
  ],
]

describe.skipIf(folder === undefined)(
  `files as people have them${folder === undefined ? `: ${missingData('cases')}` : ''}`,
  () => {
    test.each(CASES)('%s', async (name, expected) => {
      expect((await understood(name)).seen).toEqual({ ...plain, ...expected })
    })

    test.each([
      ['wine.csv', 178, 13, { target: { 0: 59, 1: 71, 2: 48 } }],
      ['breast_cancer.csv', 569, 30, { target: { 0: 212, 1: 357 } }],
    ])('%s is measured throughout', async (name, rows, columns, label) => {
      const { seen } = await understood(name)
      expect(new Set(Object.values(seen.columns))).toEqual(new Set(['number']))
      expect({ ...seen, columns: Object.keys(seen.columns).length }).toEqual({ ...plain, rows, columns, label })
    })

    test('digits_sk.csv has three pixels that are the same everywhere', async () => {
      const { seen, train } = await understood('digits_sk.csv')
      expect(train.shape).toEqual([61])
      expect(seen.rows).toBe(1_797)
      const same = 'the same in every row'
      expect(seen.leftOut).toEqual({ pixel_0_0: same, pixel_4_0: same, pixel_4_7: same })
      expect(Object.values(seen.label.target)).toEqual([178, 182, 177, 183, 181, 182, 181, 179, 174, 180])
    })

    test('diabetes.csv is a regression', async () => {
      const { seen, train } = await understood('diabetes.csv')
      expect(seen).toEqual({
        ...plain,
        rows: 442,
        label: { target: 'measured' },
        columns: all('number', 'age', 'sex', 'bmi', 'bp', 's1', 's2', 's3', 's4', 's5', 's6'),
      })
      expect(train).toMatchObject({ classes: 0, outputs: 1 })
    })

    test('what is missing of the trades of adult.csv is a value of its own', async () => {
      const { train, test } = await understood('adult.csv')
      const names = ['Private', 'State-gov', '(missing)'].map(value => `column 2=${value}`)
      expect(train.featureNames).toEqual(['column 1', ...names, 'column 3', 'column 4'])
      const missing = [...inputsOf(train), ...inputsOf(test)].filter((_, i) => i % 6 === 3)
      expect(missing.reduce((sum, value) => sum + value, 0)).toBe(87)
    })

    test('what is left out of a label is told', async () => {
      expect((await understood('misslabel_NA.csv')).heard).toEqual([
        expect.stringMatching(/1 row without a label \("label"\) left out$/),
      ])
    })

    test('the decimal commas of de.csv are numbers', async () => {
      const { train, test } = await understood('de.csv')
      const [first] = [...inputsOf(train), ...inputsOf(test)].filter(value => Math.abs(value - 0.39) < 1e-6)
      expect(first).toBeCloseTo(0.39)
    })

    test('columns in another order are matched by name, and another name is refused by it', async () => {
      const { table } = await understood('ordA.csv')
      const schema = table?.schema
      const read = (name: string) => loadDataset(`csv:${folder}/${name}`, { seed: 1, table: schema })
      expect((await read('ordB.csv')).train.featureNames).toEqual(['height', 'width'])
      const means = ({ train }: Awaited<ReturnType<typeof read>>) => {
        const inputs = inputsOf(train)
        return [0, 1].map(
          feature =>
            inputs.filter((_, i) => i % 2 === feature).reduce((sum, value) => sum + value, 0) / (inputs.length / 2),
        )
      }
      const [here, there] = [means(await read('ordA.csv')), means(await read('ordB.csv'))]
      expect(Math.abs(here[0] - there[0])).toBeLessThan(Math.abs(here[0] - there[1]))
      // Its label has another name.
      await expect(read('semi.csv')).rejects.toThrow('the columns "height", "width", "label" of the recipe are missing')
    })

    test('sites of which each holds other classes make one recipe, and so do labels 1.0 and unknown', async () => {
      const siteOf = async (name: string) => ({ name, site: (await understood(name)).table?.site as never })
      expect(mergeSites([await siteOf('A.csv'), await siteOf('B.csv')])).toMatchObject({
        classNames: ['a', 'b', 'c', 'd'],
        rows: 400,
      })
      expect(mergeSites([await siteOf('floatlabel_b.csv'), await siteOf('floatlabel.csv')])).toMatchObject({
        classNames: ['1.0', '2.0', 'unknown'],
      })
    })

    test('Unix time is centred, so that every second is told apart', async () => {
      const { train, table } = await understood('sensor_s.csv')
      const [time] = table?.schema.columns ?? []
      expect(time).toMatchObject({ name: 'ts', kind: 'number', origin: 1_730_000_200 })
      const times = inputsOf(train).filter((_, i) => i % 2 === 0)
      expect(new Set(times).size).toBe(320)
      expect(Math.max(...times.map(Math.abs))).toBeLessThanOrEqual(200)
    })

    test.each(['s10', 'h10'])('the IDX files %s have all ten classes in both parts, sorted or not', async name => {
      const { train, test } = await loadDataset(
        `idx:${folder}/${name}-images-idx3-ubyte,${folder}/${name}-labels-idx1-ubyte`,
        { seed: 1 },
      )
      expect(new Set(train.labels).size).toBe(10)
      expect(new Set(test.labels).size).toBe(10)
    })
  },
)
