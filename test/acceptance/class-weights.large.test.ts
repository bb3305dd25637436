import { expect, type TestContext, test } from 'vitest'
import type { Dataset } from '../../src/data/dataset.ts'
import { createPeer } from '../../src/library/create-peer.ts'
import type { Peer } from '../../src/library/peer.ts'
import { simulate } from '../../src/public/simulate.ts'
import { createRandom } from '../../src/random/random.ts'
import { parseRecipe, type RecipeInput } from '../../src/recipe/recipe.ts'
import { inputsOf } from '../data/inputs-of.ts'

const LOOPBACK = '/ip4/127.0.0.1/tcp/0'

/** Two classes that overlap; so many samples are of the second. */
function dataOf(samples: number, rare: number, seed: string): Dataset {
  const random = createRandom(seed)
  const labels = Int32Array.from({ length: samples }, (_, i) => (i < rare ? 1 : 0))
  const inputs = Float32Array.from({ length: 2 * samples }, (_, i) => 1.5 * labels[i >> 1] + random.normal())
  return { name: 'rare', inputs, labels, shape: [2], classes: 2 }
}

const judged = dataOf(400, 200, 'test')
/** One peer has hardly any of the rare class, the other one has a tenth: by its own counts each would weigh them otherwise. */
const shards = [dataOf(200, 2, 'first'), dataOf(200, 20, 'second')]

const recipeOf = (classWeights?: 'balanced'): RecipeInput => ({
  model: { name: 'linear', shape: [2], classes: 2 },
  training: { steps: 150, batch: 50, momentum: 0, ...(classWeights && { classWeights }) },
})

/** The share of the second class that is found. */
async function recallOf(peer: Pick<Peer, 'predict'>): Promise<number> {
  const rows = await peer.predict(inputsOf(judged))
  const rare = rows.filter((_, i) => judged.labels[i] === 1)
  return rare.filter(([a, b]) => b > a).length / rare.length
}

async function swarm({ onTestFinished }: TestContext, recipe: RecipeInput): Promise<number[]> {
  const peers: Peer[] = []
  for (const [index, train] of shards.entries()) {
    const connect = peers.flatMap(peer => peer.addresses())
    const peer = await createPeer({
      recipe,
      data: { train, test: judged },
      network: { listen: [LOOPBACK], connect, mdns: false },
      seed: index,
      backend: 'wasm',
    })
    onTestFinished(() => peer.stop('interrupted'))
    await peer.listen()
    peers.push(peer)
  }
  await Promise.all(peers.map(peer => peer.start()))
  await Promise.all(peers.map(peer => peer.untilConsensus()))
  return Promise.all(peers.map(recallOf))
}

test.concurrent('two real peers agree on how frequent classes are, and find a rare one', async context => {
  const found = await swarm(context, recipeOf('balanced'))
  expect(found[0]).toBe(found[1])
  expect(found[0]).toBeGreaterThan(0.75)
}, 60_000)

test.concurrent('without weights they do not', async context => {
  const [found] = await swarm(context, recipeOf())
  expect(found).toBeLessThan(0.5)
}, 60_000)

test.concurrent('simulated peers go by the counts of all', async () => {
  const train = dataOf(400, 22, 'all')
  const accuracyOf = async (engine: 'virtual' | 'matrix', classWeights?: 'balanced') => {
    const recipe = parseRecipe(recipeOf(classWeights))
    const run = {
      recipe,
      data: { train, test: judged },
      peers: 2,
      partition: 'iid',
      seed: 1,
      engine,
      evaluateEvery: 1_000,
    }
    return (await simulate(run)).final.merged?.accuracy
  }
  // Half of the test samples are of the rare class.
  expect(await accuracyOf('virtual')).toBeLessThan(0.75)
  expect(await accuracyOf('virtual', 'balanced')).toBeGreaterThan(0.82)
  expect(await accuracyOf('matrix', 'balanced')).toBeGreaterThan(0.82)
}, 60_000)
