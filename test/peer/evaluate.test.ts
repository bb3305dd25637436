import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { createPeer, exportModel, loadModel } from '../../src/index.ts'
import type { Classification, Regression } from '../../src/worth/figures.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { warmHearsay } from './command-line.ts'
import { sizes, stateOfPrices, stateOfTable } from './states-of-tables.ts'

const { path, write } = temporaryFolder()
const inFolder = (name: string) => join(path, name)

const classes = sizes(['fine', 'fraud'])

let state: string
let regression: string
beforeAll(async () => {
  state = await stateOfTable(inFolder('classes'), classes)
  regression = await stateOfPrices(inFolder('values'))
  await exportModel({ state, to: inFolder('model.safetensors') })
})

/** Rows, and as the model takes them: the height less its origin, red, blue. */
const ROWS = Array.from({ length: 40 }, (_, i) => {
  const [height, red] = [995 + ((7 * i) % 17), i % 3 === 0]
  return {
    height,
    red,
    inputs: [height - 1_000, red ? 1 : 0, red ? 0 : 1],
    label: i % 4 === 0 ? 'fraud' : 'fine',
    price: 2e9 + 10 * (i % 9),
  }
})

async function said(of: string): Promise<Float64Array> {
  const model = await loadModel(of)
  const predicted = await model.predict(Float32Array.from(ROWS.flatMap(({ inputs }) => inputs)))
  model.dispose()
  return predicted
}

const csvOf = (label: string, cell: (row: (typeof ROWS)[number]) => string | number) =>
  `${label},colour,height\n${ROWS.map(row => `${cell(row)},${row.red ? 'red' : 'blue'},${row.height}`).join('\n')}\n`

describe('evaluate', () => {
  test.each([
    ['--state', () => ['--state', state]],
    ['a file of safetensors', () => [inFolder('model.safetensors')]],
  ])('gives the figures of all rows, whatever their columns’ order: %s', async (_, model) => {
    const file = write(
      'classes.csv',
      csvOf('size', ({ label }) => label),
    )
    const out = inFolder('figures.json')
    const { code, stdout, stderr } = await warmHearsay(
      'evaluate',
      ...model(),
      '--data',
      `csv:${file}`,
      '--json',
      '--out',
      out,
    )
    expect(code, stderr).toBe(0)
    const document = JSON.parse(stdout)
    expect(JSON.parse(readFileSync(out, 'utf8'))).toEqual(document)
    const figures: Classification = document.figures
    const p = await said(state)
    const isFraud = ROWS.map((_row, i) => p[2 * i + 1] > p[2 * i])
    const right = ROWS.filter(({ label }, i) => (label === 'fraud') === isFraud[i]).length
    expect(figures.samples).toBe(40)
    expect(figures.accuracy).toBe(right / 40)
    expect(figures.classes.map(({ name, support }) => [name, support])).toEqual([
      ['fine', 30],
      ['fraud', 10],
    ])
    expect(figures.classes[1].predicted).toBe(isFraud.filter(Boolean).length)
    const loss = ROWS.reduce((sum, { label }, i) => sum - Math.log(p[2 * i + (label === 'fraud' ? 1 : 0)]), 0) / 40
    expect(figures.loss).toBeCloseTo(loss, 5)
  })

  test('of a regression the errors are in the units of the data, whatever their origin', async () => {
    const file = write(
      'values.csv',
      csvOf('price', ({ price }) => price),
    )
    const args = ['evaluate', '--state', regression, '--data', `csv:${file}`, '--json']
    const { code, stdout, stderr } = await warmHearsay(...args)
    expect(code, stderr).toBe(0)
    const [figures] = (JSON.parse(stdout).figures as Regression).outputs
    const predicted = await said(regression)
    const squares = ROWS.reduce((sum, { price }, i) => sum + (price - predicted[i]) ** 2, 0)
    expect(figures.name).toBe('price')
    expect(figures.rmse / Math.sqrt(squares / 40)).toBeCloseTo(1, 6)
    // The mean that the swarm agreed on is 50 above the origin.
    const ofMean = ROWS.reduce((sum, { price }) => sum + (price - 2e9 - 50) ** 2, 0)
    expect(figures.baseline.rmse).toBeCloseTo(Math.sqrt(ofMean / 40), 5)
  })

  test('tells people the same, and what stands in the way', async () => {
    const file = write(
      'people.csv',
      csvOf('size', ({ label }) => label),
    )
    const { code, stdout } = await warmHearsay('evaluate', '--state', state, '--data', `csv:${file}`, '--part', 'test')
    expect(code).toBe(0)
    expect(stdout).toMatch(/on \d+ samples of csv:.*people\.csv:\n {2}accuracy +[\d.]+ % {2}always the largest class/)
    const part = Number(/on (\d+) samples/.exec(stdout)?.[1])
    expect(part).toBeGreaterThan(0)
    expect(part).toBeLessThan(20)
    const other = write('other.csv', 'weight,size\n1,fine\n')
    const refused = await warmHearsay('evaluate', '--state', state, '--data', `csv:${other}`)
    expect(refused.code).toBe(2)
    expect(refused.stderr).toMatch(/hearsay: .*other\.csv: the columns "height", "colour" of the recipe are missing/)
    const none = await warmHearsay('evaluate', '--data', `csv:${file}`)
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('no model; expected a file or a folder')])
  })

  test('judges a peer’s state by the part of its data that it did not learn from, and says where that is not known', async () => {
    const file = write(
      'own.csv',
      csvOf('size', ({ label }) => label),
    )
    const data = `csv:${file}`
    const peer = await createPeer({
      recipe: classes,
      data,
      state: inFolder('own'),
      alone: true,
      steps: 5,
      backend: 'wasm',
    })
    await peer.start()
    await peer.untilConsensus()
    const { figures } = await peer.evaluateTogether()
    await peer.stop()
    const part = ['--data', data, '--part', 'test', '--json']
    const own = await warmHearsay('evaluate', '--state', inFolder('own'), ...part)
    expect(own.code).toBe(0)
    // The identity, which is new each time, says which rows are for testing: there may be no "fraud" among so few.
    expect(own.stderr).not.toContain('may be samples that they learned from')
    const { loss, ...others } = figures as Classification
    const told: Classification = JSON.parse(own.stdout).figures
    expect(told).toMatchObject(others)
    expect(told.loss).toBeCloseTo(loss, 4)
    // By another seed other samples are for testing.
    const elsewhere = await warmHearsay('evaluate', '--state', inFolder('own'), ...part, '--seed', '1')
    expect(JSON.parse(elsewhere.stdout).figures.loss).not.toBeCloseTo(loss, 4)
    const unknown = await warmHearsay('evaluate', inFolder('model.safetensors'), ...part)
    expect(unknown.stderr).toContain('in the test part may be samples that they learned from')
    const all = await warmHearsay('evaluate', inFolder('model.safetensors'), '--data', data)
    expect(all.stderr).toBe('')
  })
})
