/**
 * The figures that all peers tell of the common model, beside those computed from all test rows in one place.
 *
 * @packageDocumentation
 */

import { isDeepStrictEqual } from 'node:util'
import { createRandom } from '../../../src/random/random.ts'
import { sumOfCounts, type TestCounts } from '../../../src/worth/counts.ts'
import { figuresOf } from '../../../src/worth/figures.ts'
import { createCountingSwarm, drawnCounts } from '../../judging/counting-swarm.ts'
import { createRows, type Item, type ItemOptions, type Row, seedsOf } from '../row.ts'

const ROWS = 1_000_000
const LOSS = 0.2
/** Swarms that lose members, for each seed. */
const VANISHING = 4
const SHAPE = { kind: 'classes', classes: 2 } as const

async function measure(peers: number, seed: number): Promise<Row> {
  const among = Array.from({ length: peers }, (_, index) => index)
  const swarm = createCountingSwarm(seed, { delay: '1-50', loss: LOSS }, among)
  const own = among.map(index => drawnCounts(2, Math.floor(ROWS / peers), `worth/${seed}/${index}`))
  const began = performance.now()
  const started = await Promise.all(among.map(index => swarm.start(index, SHAPE, { own: own[index] })))
  await swarm.until(() => started.every(({ outcome }) => outcome !== undefined))
  const seconds = swarm.clock.now() / 1_000
  const counts = sumOfCounts(SHAPE, own)
  const figures = figuresOf(counts)
  const outcomes = started.map(({ outcome }) => outcome)
  const right = outcomes.filter(
    outcome =>
      outcome !== undefined &&
      'counts' in outcome &&
      outcome.members === peers &&
      isDeepStrictEqual(outcome.counts, counts) &&
      isDeepStrictEqual(figuresOf(outcome.counts), figures),
  )
  return {
    asked: `${peers} virtual peers that lose ${100 * LOSS} % of messages, ${ROWS.toLocaleString('en')} rows in all (seed ${seed}): all tell the figures of one place, to the last count`,
    measured:
      `${right.length} of ${peers} tell the same ${counts.samples.toLocaleString('en')} rows, accuracy ${'accuracy' in figures ? figures.accuracy : ''}, ` +
      `after ${seconds.toFixed(1)} virtual seconds, ${((performance.now() - began) / 1_000).toFixed(1)} real ones`,
    passed: right.length === peers && counts.samples === ROWS,
  }
}

/** Swarms of all sizes that lose messages and members: whatever is told is the sum over so many of them, and the same at all. */
async function measureVanishing(seed: number): Promise<Row> {
  const random = createRandom(`vanishing/${seed}`)
  const peers = 3 + random.integer(10)
  const loss = 0.3 * random.uniform()
  const among = Array.from({ length: peers }, (_, index) => index)
  const swarm = createCountingSwarm(seed, { delay: '1-60', loss }, among)
  const own = among.map(index => drawnCounts(2, 100 + random.integer(1_000), `vanishing/${seed}/${index}`))
  const started = await Promise.all(among.map(index => swarm.start(index, SHAPE, { own: own[index] })))
  const vanished = new Set<number>()
  for (let kills = 1 + random.integer(2); kills > 0; kills--) {
    await swarm.wait(2_500 * random.uniform())
    const victim = random.integer(peers)
    vanished.add(victim)
    swarm.kill(started[victim].name)
  }
  const rest = started.filter((_, index) => !vanished.has(index))
  await swarm.until(() => rest.every(({ outcome }) => outcome !== undefined))
  const told = rest.flatMap(({ outcome }) => (outcome !== undefined && 'counts' in outcome ? [outcome] : []))
  const right = told.filter(({ counts, members }) => isSumOfSome(own, counts, members))
  const areAlike = told.every(one => isDeepStrictEqual(one, told[0]))
  return {
    asked: `${peers} virtual peers, ${(100 * loss).toFixed(0)} % of messages and ${vanished.size} of the peers lost on the way (seed ${seed}): nothing is told that is wrong`,
    measured:
      `${told.length} of the ${rest.length} that are left tell figures, of ${told[0]?.members ?? 0} of ${told[0]?.of ?? 0} members, ` +
      `${right.length} of them right, ${areAlike ? 'all alike' : 'not alike'}, after ${(swarm.clock.now() / 1_000).toFixed(0)} virtual seconds`,
    passed: right.length === told.length && areAlike,
  }
}

/** Whether these are the counts of so many members, whichever they are. */
function isSumOfSome(own: readonly TestCounts[], counts: TestCounts, members: number): boolean {
  for (let chosen = 1; chosen < 1 << own.length; chosen++) {
    const some = own.filter((_, index) => (chosen >> index) & 1)
    const samples = some.reduce((sum, one) => sum + one.samples, 0)
    if (some.length !== members || samples !== counts.samples) continue
    if (isDeepStrictEqual(sumOfCounts(SHAPE, some), counts)) return true
  }
  return false
}

async function allTellTheSame(options: ItemOptions): Promise<readonly Row[]> {
  const rows = createRows(options)
  for (const peers of [5, 50]) for (const seed of seedsOf(options)) rows.add(await measure(peers, seed))
  // Small ones are quick, and more of them find more.
  for (const seed of seedsOf({ ...options, seeds: VANISHING * options.seeds })) rows.add(await measureVanishing(seed))
  return rows.all()
}

export const worth: Item = {
  name: 'worth',
  about: 'The common model, judged on the test rows of all',
  seeds: 5,
  run: allTellTheSame,
}
