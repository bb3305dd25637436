import { expect, test } from 'vitest'
import type { GossipEvents } from '../../../src/gossip/events.ts'
import { AUTO_EXCHANGE_RATIO } from '../../../src/gossip/pace/constants.ts'
import { createAveragingWorld } from '../averaging-world.ts'
import { createDriftTrainer, STEP_MS } from '../drift-trainer.ts'

const STEPS = 2_000

function createWorld(localSteps: number | 'auto', delayMs: number) {
  const rounds: number[] = []
  let seconds = 0
  const world = createAveragingWorld({
    peers: 4,
    steps: STEPS,
    localSteps,
    networkConditions: { delay: `${delayMs}`, loss: 0 },
    evaluateEvery: 50,
    trainer: async (_index, _random, clock) => createDriftTrainer(clock),
    onEvent(_peer, name, detail) {
      if (name === 'round') rounds.push((detail as GossipEvents['round']).localSteps)
      if (name === 'exchange') seconds += (detail as GossipEvents['exchange']).seconds
    },
  })
  return { ...world, rounds, secondsInExchanges: () => seconds }
}

/** After the first half of the training, while it goes on. */
async function settled(localSteps: number | 'auto', delayMs: number) {
  const world = createWorld(localSteps, delayMs)
  await world.startAll()
  await world.wait((STEPS / 2) * STEP_MS)
  return world
}

const chosen = ({ simulatedPeers }: Awaited<ReturnType<typeof settled>>) =>
  simulatedPeers.map(({ gossip }) => gossip?.status().localSteps ?? 0)

test('on a fast network a peer exchanges after every few steps', async () => {
  // The virtual disk takes as long as a few messages, and a partner is waited for half a step in the mean.
  expect(Math.max(...chosen(await settled('auto', 0)))).toBeLessThanOrEqual(4)
})

test('the slower the network, the more steps there are between exchanges', async () => {
  const [lan, wan, far] = [await settled('auto', 5), await settled('auto', 50), await settled('auto', 300)]
  expect(Math.max(...chosen(lan))).toBeLessThan(Math.min(...chosen(wan)))
  expect(Math.max(...chosen(wan))).toBeLessThan(Math.min(...chosen(far)))
})

test('on a slow network a peer spends less than half of its time in averaging', async () => {
  const world = await settled('auto', 100)
  const began = world.secondsInExchanges()
  const time = (STEPS / 4) * STEP_MS
  await world.wait(time)
  const share = (world.secondsInExchanges() - began) / 4 / (time / 1_000)
  expect(share).toBeGreaterThan(0.2)
  expect(share).toBeLessThan(0.5)
})

test('training takes longer than alone by no more than the time for averaging', async () => {
  const world = createWorld('auto', 100)
  await world.startAll()
  await world.until(() => world.simulatedPeers.every(({ gossip }) => (gossip?.step() ?? 0) >= STEPS))
  expect(world.clock.now()).toBeLessThan((1 + 1.2 * AUTO_EXCHANGE_RATIO) * STEPS * STEP_MS)
})

test('the number that was chosen is told with every round', async () => {
  const world = await settled('auto', 0)
  // It may have changed by a step since.
  expect(Math.abs((world.rounds.at(-1) ?? Number.NaN) - (chosen(world).at(-1) ?? Number.NaN))).toBeLessThanOrEqual(1)
})

test('the same seed gives the same choice', async () => {
  const [one, two] = [await settled('auto', 70), await settled('auto', 70)]
  expect(chosen(one)).toEqual(chosen(two))
  expect(one.events).toEqual(two.events)
})
