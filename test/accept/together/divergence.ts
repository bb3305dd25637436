/**
 * A table whose columns are of very different sizes, and a recipe that does not standardise them: each peer says so of itself.
 *
 * @packageDocumentation
 */

import { writeFileSync } from 'node:fs'
import { createRandom } from '../../../src/random/random.ts'
import { createRows, type Item, type ItemOptions, lastLines, type Row, seedsOf } from '../row.ts'
import { type Ended, hearsay, type Running, withFolder, withProcesses } from '../running-process.ts'

const PEERS = 3
const FAILED = 1
const LONGEST_S = 20
const ROWS = 900

/** Words of a warning by which one peer accuses another. */
const ACCUSATION = /protocol|banned|offen[cs]e|broke/i

/** People, old and young, poor and rich: whether they buy depends on both. */
function people(seed: number): string {
  const random = createRandom(`people/${seed}`)
  const rows = Array.from({ length: ROWS }, () => {
    const age = 18 + random.integer(73)
    const income = 10_000 + random.integer(190_001)
    const buys = age / 90 + income / 200_000 + 0.2 * random.normal() > 1
    return `${age},${income},${buys ? 'yes' : 'no'}`
  })
  return `age,income,buys\n${rows.join('\n')}\n`
}

interface Told {
  readonly exit: Ended['exit']
  readonly names: boolean
  readonly advises: boolean
  readonly accuses: boolean
}

function whatIsTold({ exit, stderr }: Ended): Told {
  return {
    exit,
    names: /\bincome\b/.test(stderr),
    advises: /--standardise|--learning-rate|--clip-norm/.test(stderr),
    accuses: ACCUSATION.test(stderr),
  }
}

async function measure(seed: number, most: number): Promise<Row> {
  return await withFolder(path =>
    withProcesses(async begin => {
      const table = path('people.csv')
      const recipe = path('recipe.json')
      writeFileSync(table, people(seed))
      // All of them: two would begin, and end, before the third is there.
      const flags = ['--min-peers', String(PEERS), '--no-standardise']
      const written = await hearsay(
        'init',
        '--yes',
        '--membership',
        'open',
        '--data',
        `csv:${table}`,
        ...flags,
        '--out',
        recipe,
      )
      if (written.exit !== 0) throw new Error(`init: ${written.stderr}`)
      const place = ['--listen', '/ip4/127.0.0.1/tcp/0', '--no-mdns', '--json']
      const started: Running[] = []
      for (let index = 0; index < PEERS; index++) {
        const connect =
          index === 0 ? [] : ['--connect', ((await started[0].said('started')).addresses as readonly string[])[0]]
        const own = ['--data', `csv:${table}`, '--shard', `${index + 1}/${PEERS}`, '--seed', String(seed)]
        started.push(begin(['peer', recipe, ...own, ...place, ...connect]))
      }
      const ends = await Promise.all(started.map(({ ended }) => ended))
      const told = ends.map(whatIsTold)
      const longest = Math.max(...ends.map(({ ran }) => ran))
      return {
        asked: `ages and incomes as they are, ${PEERS} peers (seed ${seed}): each names the feature and what to do, exit 1, no accusation, in under ${most} s`,
        measured: [
          `exit ${told.map(({ exit }) => exit).join(', ')}`,
          `the feature is named by ${told.filter(({ names }) => names).length}`,
          `what to do by ${told.filter(({ advises }) => advises).length}`,
          `${told.filter(({ accuses }) => accuses).length} accuse others`,
          `the longest ran ${longest.toFixed(1)} s`,
          `the first said: ${lastLines(ends[0].stderr, 1)}`,
        ].join('; '),
        passed:
          longest < most &&
          told.every(({ exit, names, advises, accuses }) => exit === FAILED && names && advises && !accuses),
      }
    }),
  )
}

export interface DivergingOptions extends ItemOptions {
  /** Seconds that a peer may take to find out. Default: 20. */
  readonly most?: number
}

export async function diverging(options: DivergingOptions): Promise<readonly Row[]> {
  const rows = createRows(options)
  for (const seed of seedsOf(options)) rows.add(await measure(seed, options.most ?? LONGEST_S))
  return rows.all()
}

export const divergence: Item = {
  name: 'divergence',
  about: 'Columns of very different sizes, not standardised',
  seeds: 3,
  run: diverging,
}
