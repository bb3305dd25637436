import { missingData, realData } from '../../data/real-data.ts'
import { createRows, type Item, type ItemOptions, seedsOf } from '../row.ts'
import { type Ended, hearsay } from '../running-process.ts'

/** The files of people's tables, and the accuracy that three peers reach with them where nobody says anything. */
const CASES = [
  ['wine', 0.95],
  ['breast_cancer', 0.95],
  ['penguins_num_dropna', 0.97],
  ['digits_sk', 0.95],
  ['iris', 0.93],
] as const

/** Tables that are read as they are, with missing values, names, ids and categories, and what is asked of them. */
const AS_THEY_ARE = [
  ['titanic_kaggle', '?label=Survived'],
  ['adult', ''],
  ['penguins_num', ''],
] as const

/** A whole share of the machine for each, so that the runs of a seed are alike. */
async function swarm(peers: number, file: string, seed: number, parameters = ''): Promise<Ended> {
  const source = `csv:${file}${parameters}`
  return await hearsay('swarm', '--peers', String(peers), '--data', source, '--seed', String(seed), '--json', '--quiet')
}

interface Merged {
  readonly accuracy: number | null
  readonly r2?: number
}

function mergedOf({ stdout }: Ended): Merged {
  return (JSON.parse(stdout) as { final: { merged: Merged } }).final.merged
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

const shown = (values: readonly number[]) => values.map(value => value.toFixed(3)).join(' ')

export const defaults: Item = {
  name: 'defaults',
  about: 'tables as people have them, with no flags: hearsay swarm --peers 3 --data csv:FILE',
  seeds: 5,
  async run(options: ItemOptions) {
    const rows = createRows(options)
    for (const [name, least] of CASES) {
      const asked = `${name}: median accuracy of ${options.seeds} seeds at least ${least}`
      const file = realData(`cases/${name}.csv`)
      if (file === undefined) {
        rows.add({ asked, measured: missingData(`cases/${name}.csv`), passed: false })
        continue
      }
      const reached: number[] = []
      for (const seed of seedsOf(options)) reached.push(mergedOf(await swarm(3, file, seed)).accuracy ?? 0)
      rows.add({
        asked,
        measured: `${median(reached).toFixed(3)}: ${shown(reached)}`,
        passed: median(reached) >= least,
      })
    }
    for (const [name, parameters] of AS_THEY_ARE) {
      const asked = `${name}${parameters}: read as it is, three peers agree`
      const file = realData(`cases/${name}.csv`)
      const ended = file === undefined ? undefined : await swarm(3, file, 1, parameters)
      const measured =
        ended === undefined ? missingData(`cases/${name}.csv`) : `exit ${ended.exit} ${ended.stderr.trim()}`
      rows.add({ asked, measured, passed: ended?.exit === 0 })
    }
    return rows.all()
  },
}

/** What is asked of R² on diabetes, of three peers and beside one that has all rows. */
const LEAST_R2 = 0.42
const MOST_BEHIND = 0.03

export const regression: Item = {
  name: 'regression',
  about: 'diabetes: a measured target',
  seeds: 20,
  async run(options) {
    const rows = createRows(options)
    const file = realData('cases/diabetes.csv')
    if (file === undefined) {
      rows.add({ asked: 'R² on diabetes', measured: missingData('cases/diabetes.csv'), passed: false })
      return rows.all()
    }
    const three: number[] = []
    const one: number[] = []
    for (const seed of seedsOf(options)) {
      three.push(mergedOf(await swarm(3, file, seed)).r2 ?? Number.NaN)
      one.push(mergedOf(await swarm(1, file, seed)).r2 ?? Number.NaN)
    }
    const [ofThree, ofOne] = [median(three), median(one)]
    rows.add({
      asked: `the median R² of ${options.seeds} splits by three peers, at least ${LEAST_R2}`,
      measured: `${ofThree.toFixed(3)}: ${shown(three)}`,
      passed: ofThree >= LEAST_R2,
    })
    rows.add({
      asked: `within ${MOST_BEHIND} of one peer that has all rows, on the same test rows`,
      measured: `one peer ${ofOne.toFixed(3)}: ${shown(one)}`,
      passed: ofOne - ofThree <= MOST_BEHIND,
    })
    return rows.all()
  },
}
