/**
 * The tables of the documentation that sweeps have measured: what stands in them, and where.
 *
 * @packageDocumentation
 */

import { globSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parse } from 'csv-parse/sync'

/** A run of a sweep: its flags and its last figures, as `simulate --csv` names them. */
type Run = Readonly<Record<string, string>>

/** What is said of the runs that differ in nothing but their seed. */
type Cell = (runs: readonly Run[]) => string

interface Table {
  /** The file in `docs/sweeps`, without its ending. */
  readonly sweep: string
  /** Of the runs, those with these flags. Default: all. */
  readonly where?: Run
  /** The flags in which rows differ. */
  readonly rows: readonly string[]
  /** A flag with a column for each of its values, and what they are values of. */
  readonly across?: { readonly flag: string; readonly unit: string; readonly cell: Cell }
  /** Columns by their headings. */
  readonly columns?: Readonly<Record<string, Cell>>
}

const merged = percent('mergedAccuracy')
const own = percent('localAccuracyMean')
const worst = percent('localAccuracyMin')
const both: Cell = runs => `${merged(runs)} · ${own(runs)}`
const megabytes = spread('bytesSent', value => Math.round(value / 1e6).toLocaleString('en'))
const seconds = spread('time', value => value.toFixed(0))

/** By the name that stands in the marker on the page. */
const TABLES: Readonly<Record<string, Table>> = {
  averaging: {
    sweep: 'averaging',
    rows: ['topology'],
    columns: {
      'spectral gap': runs => (runs[0].spectralGap === '' ? '' : Number(runs[0].spectralGap).toPrecision(2)),
      'a peer says, in a round': models,
      'distance after 60 rounds': spread('consensusDistance', value => Number(value.toPrecision(2)).toString()),
    },
  },
  training: {
    sweep: 'training',
    rows: ['partition', 'rule'],
    columns: { 'merged model, %': merged, 'own models, mean, %': own, 'own models, the worst, %': worst },
  },
  'topology-alike': {
    sweep: 'topology',
    where: { partition: 'iid' },
    rows: ['topology'],
    across: { flag: 'peers', unit: 'peers', cell: both },
  },
  'topology-unlike': {
    sweep: 'topology',
    where: { partition: 'dirichlet:0.1' },
    rows: ['topology'],
    across: { flag: 'peers', unit: 'peers', cell: both },
  },
  'topology-messages': {
    sweep: 'topology',
    where: { partition: 'iid' },
    rows: ['topology'],
    across: { flag: 'peers', unit: 'peers', cell: models },
  },
  rules: {
    sweep: 'rules',
    rows: ['partition', 'local-steps', 'rule'],
    columns: { 'merged model, %': merged, 'own models, mean, %': own, 'sent, MB': megabytes },
  },
  unlike: {
    sweep: 'unlike',
    rows: ['rule'],
    columns: { 'common model, %': merged, 'sent, MB': megabytes, 'virtual time, s': seconds },
  },
  codecs: {
    sweep: 'codecs',
    rows: ['compression'],
    columns: { 'common model, %': merged, 'sent, MB': megabytes, 'virtual time, s': seconds },
  },
  churn: {
    sweep: 'churn',
    rows: ['churn', 'rule'],
    columns: { 'common model, %': merged, 'sent, MB': megabytes, 'virtual time, s': seconds },
  },
  stragglers: {
    sweep: 'stragglers',
    rows: ['stragglers', 'rule'],
    columns: { 'common model, %': merged, 'sent, MB': megabytes, 'virtual time, s': seconds },
  },
  weights: {
    sweep: 'weights',
    rows: ['weights'],
    columns: { 'common model, %': merged },
  },
  liars: {
    sweep: 'liars',
    rows: ['aggregator'],
    across: { flag: 'attack', unit: '', cell: merged },
  },
}

/** The pages with tables. */
export const pagesWithTables = ['docs/how-gossip-learning-works.md', 'docs/choosing.md'] as const

/** All sweeps of the documentation. */
export const sweepNames: readonly string[] = globSync('*.json', { cwd: join(import.meta.dirname, '../../docs/sweeps') })
  .map(file => basename(file, '.json'))
  .sort()

/** A table between the marker of its name and the next line that ends it. */
const MARKED = /(<!-- sweep: ([^\n]*) -->\n).*?(<!-- end of sweep -->)/gs

/**
 * A page with its tables as they were measured.
 *
 * @param csvOf what `simulate --csv` wrote of a sweep
 */
export function withTables(page: string, csvOf: (sweep: string) => string): string {
  return page.replaceAll(MARKED, (_, begin: string, name: string, end: string) => {
    if (!Object.hasOwn(TABLES, name)) throw new Error(`no table ${name}; there are ${Object.keys(TABLES).join(', ')}`)
    return `${begin}\n${tableOf(TABLES[name], csvOf(TABLES[name].sweep))}\n\n${end}`
  })
}

function tableOf({ where = {}, rows, across, columns = {} }: Table, csv: string): string {
  const all = parse<Run>(csv, { columns: true })
  const runs = all.filter(run => Object.entries(where).every(([flag, value]) => run[flag] === value))
  const spreadOut = Object.fromEntries(
    [...new Set(across === undefined ? [] : runs.map(run => run[across.flag]))].map(value => [
      `${value} ${across?.unit}`.trim(),
      (these: readonly Run[]) => across?.cell(these.filter(run => run[across.flag] === value)) ?? '',
    ]),
  )
  const cells = Object.entries({ ...spreadOut, ...columns })
  const groups = Map.groupBy(inOrderOf(rows, runs), run => rows.map(flag => `\`${run[flag]}\``).join(' | '))
  return [
    `| ${[...rows, ...cells.map(([heading]) => heading)].join(' | ')} |`,
    `|${' --- |'.repeat(rows.length + cells.length)}`,
    ...[...groups].map(
      ([name, group]) => `| ${name} | ${cells.map(([, cell]) => (hasFigures(group) ? cell(group) : '')).join(' | ')} |`,
    ),
  ].join('\n')
}

/** By the first flag, then by the next; values of a flag in the order in which they were run. */
function inOrderOf(flags: readonly string[], runs: readonly Run[]): Run[] {
  const values = flags.map(flag => [...new Set(runs.map(run => run[flag]))])
  const difference = (a: Run, b: Run, i: number) => values[i].indexOf(a[flags[i]]) - values[i].indexOf(b[flags[i]])
  return runs.toSorted((a, b) => flags.reduce((found, _, i) => found || difference(a, b, i), 0))
}

function hasFigures(runs: readonly Run[]): boolean {
  return runs.some(({ status }) => status === 'finished' || status === 'diverged')
}

/** The mean over the seeds, and from the least to the greatest where these differ as they are written. */
function spread(column: string, written: (value: number) => string): Cell {
  return runs => {
    const finished = runs.filter(({ status }) => status === 'finished')
    if (finished.length < runs.length)
      return finished.length === 0 ? '–' : `${finished.length} of ${runs.length} finished`
    const values = finished.map(run => Number(run[column]))
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    const [least, greatest] = [Math.min(...values), Math.max(...values)].map(written)
    return least === greatest ? least : `${written(mean)} (${least}–${greatest})`
  }
}

function percent(column: string): Cell {
  return spread(column, value => (100 * value).toFixed(1))
}

/** Messages of one peer in one round, each of them a model. */
function models(runs: readonly Run[]): string {
  const [{ status, messages, peers, round }] = runs
  return status === 'finished' ? Number((Number(messages) / Number(peers) / Number(round)).toFixed(1)).toString() : '–'
}
