import { expect, test } from 'vitest'
import { createAveragingWorld } from '../averaging-world.ts'
import { createPullTrainer } from '../pull-trainer.ts'

const PEERS = 5
/** For longer than it takes until those who have vanished count no more. */
const STEPS = 300
const STEP_MS = 200

test('a swarm that has begun goes on with those who are left, and with each of them that comes again', async () => {
  const world = createAveragingWorld({
    peers: PEERS,
    steps: STEPS,
    localSteps: 5,
    minimumPeers: PEERS,
    trainer: async (index, _random, clock) => createPullTrainer(index, clock, undefined, STEP_MS),
  })
  const { simulatedPeers, startAll, start, crash, stop, wait, until, during } = world
  const stepOf = (index: number) => simulatedPeers[index].gossip?.step() ?? 0
  await startAll()
  await until(() => simulatedPeers.every(({ index }) => stepOf(index) > 0))
  for (const gone of [0, 1]) crash(gone)
  // Until nobody counts on them any more.
  await wait(15_000)
  for (const index of [2, 3, 4]) {
    const before = stepOf(index)
    expect(before).toBeLessThan(STEPS)
    await during(stop(index))
    await start(index)
    await until(() => stepOf(index) > before, 10_000)
  }
  await until(() => [2, 3, 4].every(index => simulatedPeers[index].gossip?.sealed() !== undefined), 600_000)
  expect(new Set([2, 3, 4].map(index => simulatedPeers[index].gossip?.sealed())).size).toBe(1)
})
