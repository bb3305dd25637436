/**
 * Peers that people start by hand: processes on loopback, one after the other, each with digits that the others do not have.
 *
 * @packageDocumentation
 */

import { count, counted, percent } from '../../../peer/words.ts'
import { createRows, type Item, type ItemOptions, lastLines, type Row, seedsOf } from '../row.ts'
import {
  type Ended,
  hearsay,
  keep,
  moment,
  type Running,
  type start,
  withFolder,
  withProcesses,
} from '../running-process.ts'

/** How long after the first one has told where it is the second is started, in seconds. */
const GAPS_S = [0, 1, 5, 15, 30]

/** Between one and the next of three. */
const GAP_OF_THREE_S = 10

const LEAST_ACCURACY = 0.9

/** Steps of the next generation: enough for one peer's classes to be learned beside the others'. */
const MORE_STEPS = 500

const DONE = 0
const NOT_IN_MODEL = 3

interface Place {
  readonly index: number
  readonly of: number
  readonly seed: number
  readonly recipe?: string
  readonly more?: readonly string[]
}

type Start = typeof start

/** @param first the peer to connect to; undefined for the first one */
async function startPeer(
  begin: Start,
  { index, of, seed, recipe, more = [] }: Place,
  first?: Running,
): Promise<Running> {
  const connect = first === undefined ? [] : ['--connect', await addressOf(first)]
  return begin([
    'peer',
    ...(recipe === undefined ? [] : [recipe]),
    ...['--shard', `${index + 1}/${of}`, '--partition', 'sorted', '--seed', String(seed)],
    ...['--listen', '/ip4/127.0.0.1/tcp/0', '--no-mdns', ...connect],
    ...more,
    '--json',
  ])
}

async function addressOf(running: Running): Promise<string> {
  const { addresses } = await running.said('started')
  return (addresses as readonly string[])[0]
}

/** Whether the model that a process ended with contains its data, as it says. */
const isIn = (ended: Ended) => ended.last('stopped')?.inModel === true
const accuracyOf = (ended: Ended) => Number(ended.last('stopped')?.accuracy ?? Number.NaN)

function sealsOf(ends: readonly Ended[]): ReadonlySet<unknown> {
  return new Set(ends.map(one => one.last('consensus')?.parametersHash))
}

function describeEnds(ends: readonly Ended[]): string {
  const each = (tell: (ended: Ended) => unknown) => ends.map(tell).join(', ')
  const stopped = (ended: Ended, what: string) => ended.last('stopped')?.[what]
  const seals = [...sealsOf(ends)].filter(hash => hash !== undefined).length
  return [
    `exit ${each(({ exit }) => exit)}`,
    `in the model ${each(isIn)}`,
    `accuracy ${each(one => percent(accuracyOf(one)))}`,
    counted(seals, 'seal'),
    `own steps ${each(one => count(Number(stopped(one, 'ownSteps'))))}`,
    `exchanges ${each(one => `${stopped(one, 'exchanges')}/${stopped(one, 'exchangesAsked')}`)}`,
    `ran ${each(({ ran }) => `${ran.toFixed(0)} s`)}`,
  ].join('; ')
}

/** Whether all ended as they should: with 0, on one model that has the data of each and knows all classes. */
function areTogether(ends: readonly Ended[]): boolean {
  const good = ends.every(one => one.exit === DONE && isIn(one) && accuracyOf(one) >= LEAST_ACCURACY)
  return good && sealsOf(ends).size === 1
}

/** With what they said, where that is not as it should be. */
function judge(asked: string, ends: readonly Ended[], passed: boolean): Row {
  const failed = ends.filter(one => one.exit !== DONE).map(({ stderr }) => lastLines(stderr, 1))
  const said = failed.length === 0 ? '' : `; they said last: ${failed.join(' || ')}`
  const kept = passed ? '' : `; all that they said is in ${keep(ends)}`
  return { asked, measured: describeEnds(ends) + said + kept, passed }
}

/** Peers that are started so many seconds after one another, each connecting to the first. */
async function oneAfterTheOther(begin: Start, gap: number, places: readonly Place[]): Promise<readonly Running[]> {
  const running: Running[] = []
  for (const place of places) {
    const [first] = running
    // The scenario's own times: from the moment at which somebody could copy the address.
    if (first !== undefined) {
      await addressOf(first)
      await moment(gap * 1_000)
    }
    running.push(await startPeer(begin, place, first))
  }
  return running
}

async function pair(gap: number, seed: number): Promise<Row> {
  return await withProcesses(async begin => {
    const places = [0, 1].map(index => ({ index, of: 2, seed }))
    const ends = await Promise.all((await oneAfterTheOther(begin, gap, places)).map(({ ended }) => ended))
    const asked = `two processes, the second ${gap} s after the first (seed ${seed}): data of both in the model, 90 %, exit 0`
    return judge(asked, ends, areTogether(ends))
  })
}

async function threeThatWait(seed: number): Promise<Row> {
  return await withFolder(path =>
    withProcesses(async begin => {
      const recipe = path('recipe.json')
      const written = await hearsay('init', '--yes', '--membership', 'open', '--min-peers', '3', '--out', recipe)
      if (written.exit !== DONE) throw new Error(`init: ${written.stderr}`)
      const places = [0, 1, 2].map(index => ({ index, of: 3, seed, recipe }))
      const running = await oneAfterTheOther(begin, GAP_OF_THREE_S, places)
      const ends = await Promise.all(running.map(({ ended }) => ended))
      const asked = `three processes, ${GAP_OF_THREE_S} s apart, with --min-peers 3 (seed ${seed}): the same`
      return judge(asked, ends, areTogether(ends))
    }),
  )
}

/** The default does not wait for a third: it is told that it came after the end, and trains on with the others later. */
async function aThirdThatIsLate(seed: number): Promise<readonly Row[]> {
  return await withFolder(path =>
    withProcesses(async begin => {
      const placeOf = (index: number, more: readonly string[]): Place => ({
        index,
        of: 3,
        seed,
        more: ['--state', path(`peer-${index}`), ...more],
      })
      // Those that stay are who tells the third what was sealed.
      const two = await oneAfterTheOther(begin, GAP_OF_THREE_S, [placeOf(0, ['--stay']), placeOf(1, ['--stay'])])
      const asked = `three processes, ${GAP_OF_THREE_S} s apart, with the default of 2 (seed ${seed}): the third is told that it came after the end, exit 3`
      const [, ...seals] = await Promise.allSettled([
        moment(GAP_OF_THREE_S * 1_000),
        ...two.map(one => one.said('consensus')),
      ])
      if (seals.some(({ status }) => status === 'rejected')) {
        for (const one of two) one.kill()
        return [judge(asked, await Promise.all(two.map(({ ended }) => ended)), false)]
      }
      const late = await (await startPeer(begin, placeOf(2, []), two[0])).ended
      for (const one of two) one.interrupt()
      const stayed = await Promise.all(two.map(({ ended }) => ended))
      const told = /came after the end/.test(late.stderr)
      const isTold = told && late.exit === NOT_IN_MODEL && !isIn(late)
      const haveStayed = stayed.every(one => one.exit === DONE && isIn(one))
      const after = judge(asked, [...stayed, late], isTold && haveStayed)

      const more = [0, 1, 2].map(index => placeOf(index, ['--more', String(MORE_STEPS)]))
      const again = await Promise.all((await oneAfterTheOther(begin, 0, more)).map(({ ended }) => ended))
      const askedMore = `--more ${MORE_STEPS} of all three (seed ${seed}) takes the third in: its data in the model, exit 0`
      const taken = judge(askedMore, again, areTogether(again))
      return [after, taken]
    }),
  )
}

export interface PairOptions extends ItemOptions {
  readonly gaps?: readonly number[]
}

export async function pairs(options: PairOptions): Promise<readonly Row[]> {
  const rows = createRows(options)
  for (const seed of seedsOf(options)) for (const gap of options.gaps ?? GAPS_S) rows.add(await pair(gap, seed))
  return rows.all()
}

async function run(options: ItemOptions): Promise<readonly Row[]> {
  const rows = createRows(options)
  await pairs({ ...options, onRow: rows.add })
  for (const seed of seedsOf(options)) {
    rows.add(await threeThatWait(seed))
    for (const row of await aThirdThatIsLate(seed)) rows.add(row)
  }
  return rows.all()
}

export const realProcesses: Item = {
  name: 'processes',
  about: 'Real processes, started by hand, each with digits of its own',
  seeds: 1,
  run,
}
