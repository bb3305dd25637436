import { expect, test } from 'vitest'
import { mean } from '../../../src/averaging/aggregators/mean.ts'
import type { LiveRule } from '../../../src/averaging/rule.ts'
import { adpsgd } from '../../../src/averaging/rules/adpsgd.ts'
import { dpsgd } from '../../../src/averaging/rules/dpsgd.ts'
import { createLayout } from '../../../src/parameters/layout.ts'
import { createStillTrainer } from '../../../src/standardise/still-trainer.ts'
import { createAveragingWorld } from '../averaging-world.ts'

const LENGTH = 16
/** Samples as unlike as those of sites are: a hundred to one. */
const SAMPLES = [1_400, 14, 700, 140]
const TOTAL = SAMPLES.reduce((sum, one) => sum + one, 0)

const layout = createLayout([{ name: 'x', shape: [LENGTH], trainable: true }])

/** Peers whose vectors are 0, 1, 2, … in every coordinate. */
function createWeightedWorld(options: { readonly loss: number; readonly rule: LiveRule; readonly seed: number }) {
  return createAveragingWorld({
    peers: SAMPLES.length,
    bySamples: true,
    rule: options.rule,
    seed: options.seed,
    networkConditions: { delay: '1-20', loss: options.loss },
    trainer: async index => ({
      ...createStillTrainer(layout, async () => new Float32Array(LENGTH).fill(index)),
      samples: SAMPLES[index],
    }),
  })
}

/** Σ n x / Σ n of what peers hold, and of what is decided and not applied yet. */
function weightedMean(world: ReturnType<typeof createWeightedWorld>): number {
  const decided = new Map<string, number>()
  for (const { peer, gossip } of world.simulatedPeers) {
    for (const { id, frames } of gossip?.open().decisions ?? []) decided.set(`${peer}/${id}`, frames)
  }
  let sum = 0
  for (const { index, gossip } of world.simulatedPeers) {
    sum += SAMPLES[index] * (gossip?.parameters()[0] ?? Number.NaN)
    for (const { partner, id, frame, values } of gossip?.open().doubts ?? []) {
      if (frame < (decided.get(`${partner}/${id}`) ?? 0)) sum += SAMPLES[index] * values[0]
    }
  }
  return sum / TOTAL
}

const EXPECTED = SAMPLES.reduce((sum, samples, index) => sum + samples * index, 0) / TOTAL

test.each([
  ['in pairs', { rule: adpsgd, loss: 0, seed: 1 }],
  ['in pairs, where every fifth message is lost', { rule: adpsgd, loss: 0.2, seed: 2 }],
  ['in rounds', { rule: dpsgd(mean), loss: 0, seed: 3 }],
  ['in rounds, where every fifth message is lost', { rule: dpsgd(mean), loss: 0.2, seed: 4 }],
])('by samples, what averaging preserves is the weighted sum, and the swarm seals on it: %s', async (_, options) => {
  const world = createWeightedWorld(options)
  await world.startAll()
  for (let moment = 0; moment < 40; moment++) {
    await world.wait(25)
    if (world.simulatedPeers.some(({ gossip }) => gossip?.sealed() !== undefined)) break
    expect(weightedMean(world)).toBeCloseTo(EXPECTED, 5)
  }
  await world.until(() => world.sealed(), 300_000)
  expect(world.simulatedPeers[0].gossip?.parameters()[0]).toBeCloseTo(EXPECTED, 2)
})
