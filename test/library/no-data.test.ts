import { expect, test } from 'vitest'
import type { Split } from '../../src/data/source.ts'
import { createPeer } from '../../src/library/create-peer.ts'
import type { PeerOptions } from '../../src/library/peer.ts'
import { createRandom } from '../../src/random/random.ts'
import type { RecipeInput } from '../../src/recipe/recipe.ts'
import { inputsOf } from '../data/inputs-of.ts'
import { createLocalNetwork } from './local-network.ts'

const DEADLINE_MS = 50_000
const random = createRandom('no data')

/** Two clouds of points, far from the origin. */
function cloudsOf(samples: number): Split['train'] {
  const labels = Int32Array.from({ length: samples }, (_, i) => i % 2)
  const inputs = Float32Array.from({ length: 2 * samples }, (_, i) => 100 + 3 * labels[i >> 1] + random.normal())
  return { name: 'clouds', inputs, labels, shape: [2], classes: 2 }
}

const recipe: RecipeInput = {
  model: { name: 'linear', shape: [2], classes: 2 },
  data: { standardise: true },
  training: { steps: 40 },
}

test('a peer without data trains nothing, agrees with the others, and knows what their model is worth', async () => {
  const network = createLocalNetwork()
  const data = [60, 60].map(samples => ({ train: cloudsOf(samples), test: cloudsOf(30) }))
  const owners = await Promise.all(
    ['anna', 'ben'].map((name, i) => createPeer({ recipe, network: network.join(name), data: data[i] })),
  )
  const watcher = await createPeer({ recipe, network: network.join('watcher'), data: 'none' })
  const peers = [watcher, ...owners]
  try {
    await Promise.all(peers.map(peer => peer.start()))
    const signal = AbortSignal.timeout(DEADLINE_MS)
    const sealed = await Promise.all(peers.map(peer => peer.untilConsensus({ signal })))
    expect(new Set(sealed.map(({ parametersHash }) => parametersHash)).size).toBe(1)
    expect(watcher.status()).toMatchObject({ ownSteps: 0, phase: 'sealed' })
    expect(watcher.view().members.map(({ peer }) => peer)).toEqual(['anna', 'ben'])
    const owned = data.flatMap(({ train }) => [...inputsOf(train)])
    const meanOf = (feature: number) => owned.filter((_, i) => i % 2 === feature).reduce((sum, x) => sum + x, 0) / 120
    // Not even a sample of zeros has a part in the statistics.
    const { mean } = watcher.standardisation() ?? { mean: [] }
    expect([...mean]).toEqual([expect.closeTo(meanOf(0), 3), expect.closeTo(meanOf(1), 3)])
    expect(watcher.standardisation()).toEqual(owners[0].standardisation())
    const judged = await Promise.all(peers.map(peer => peer.evaluateTogether({ signal })))
    expect(judged[0]).toEqual(judged[1])
    expect(judged[0]).toMatchObject({ samples: 60, members: 2 })
    expect(await watcher.predict(Float32Array.of(100, 100))).toEqual(await owners[0].predict(Float32Array.of(100, 100)))
  } finally {
    await Promise.all(peers.map(peer => peer.stop()))
  }
})

test.each<[name: string, options: PeerOptions]>([
  ['steps', { steps: 10 }],
  ['epochs', { epochs: 1 }],
  ['alone', { alone: true }],
  ['shard', { shard: { index: 0, of: 2, partition: 'iid', seed: 1 } }],
])('a peer without data is not asked for training: %s', async (name, options) => {
  await expect(createPeer({ data: 'none', ...options })).rejects.toThrow(
    `createPeer: a peer whose data are none trains nothing, and watches others: leave out ${name}`,
  )
})
