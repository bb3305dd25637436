import { describe, expect, test } from 'vitest'
import type { Row } from '../accept/row.ts'
import { trainedChaos } from '../accept/together/chaos.ts'
import { diverging } from '../accept/together/divergence.ts'
import { latecomers } from '../accept/together/latecomer.ts'
import { endlessNewcomers } from '../accept/together/newcomers.ts'
import { pairs } from '../accept/together/real-processes.ts'
import { swarms } from '../accept/together/sorted-by-class.ts'
import { brokenTwins, whateverKinds } from '../accept/together/whatever-happens.ts'

/** One seed of what `npm run accept -- together` runs at length. */
function expectAll(rows: readonly Row[]): void {
  expect(rows.length).toBeGreaterThan(0)
  expect(rows.filter(({ passed }) => !passed)).toEqual([])
}

// Processes of their own: they leave this one idle, so they may as well run at once.
describe.concurrent('processes', () => {
  test('two peers that are started by hand end on one model that has the data of both', async () => {
    expectAll(await pairs({ seeds: 1, gaps: [1] }))
  }, 90_000)

  test('peers whose columns are of very different sizes say so of themselves', async () => {
    expectAll(await diverging({ seeds: 1, most: 60 }))
  }, 90_000)
})

describe('a simulation', () => {
  test('two simulated peers with half of the classes each learn all of them, whatever carries their messages', async () => {
    const two = { peers: 2, partition: 'sorted', least: 0.93 }
    expectAll(await swarms({ seeds: 1, swarms: [two], carriers: ['virtual', 'matrix'] }))
  }, 60_000)

  test('nobody’s training is replaced against the rule, consensus is true, and every run ends', async () => {
    expectAll(await whateverKinds({ seeds: 1 }))
  }, 60_000)

  test('the rules of version 0.1 are caught', async () => {
    expectAll(await brokenTwins({ seeds: 1 }))
  }, 60_000)

  test('a latecomer with the only samples of two classes has its part, and costs the others nothing', async () => {
    expectAll(await latecomers({ seeds: 1, late: [0.3], slower: [], steps: 300 }))
  }, 60_000)

  test('a swarm to which newcomers come without end, ends', async () => {
    expectAll(await endlessNewcomers({ seeds: 1, trainingMs: 30_000, gapMs: 6_000 }))
  }, 60_000)

  test('the mean moves by what is trained, whatever is cut meanwhile', async () => {
    expectAll(await trainedChaos({ seeds: 1 }))
  }, 60_000)
})
