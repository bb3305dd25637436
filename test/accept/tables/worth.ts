/**
 * The figures that all peers tell of the common model, beside those computed from all test rows in one place.
 *
 * @packageDocumentation
 */

import { isDeepStrictEqual } from 'node:util'
import { sumOfCounts } from '../../../src/worth/counts.ts'
import { figuresOf } from '../../../src/worth/figures.ts'
import { createCountingSwarm, drawnCounts } from '../../judging/counting-swarm.ts'
import { createRows, type Item, type ItemOptions, type Row, seedsOf } from '../row.ts'

const ROWS = 1_000_000
const LOSS = 0.2
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

async function allTellTheSame(options: ItemOptions): Promise<readonly Row[]> {
  const rows = createRows(options)
  for (const peers of [5, 50]) for (const seed of seedsOf(options)) rows.add(await measure(peers, seed))
  return rows.all()
}

export const worth: Item = {
  name: 'worth',
  about: 'The common model, judged on the test rows of all',
  seeds: 5,
  run: allTellTheSame,
}
