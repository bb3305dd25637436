import { expect, onTestFinished, test } from 'vitest'
import { subset } from '../../src/data/dataset.ts'
import type { Split } from '../../src/data/source.ts'
import { loadDataset } from '../../src/data/sources.ts'
import { createPeer } from '../../src/library/create-peer.ts'
import { countsShapeOf, figuresOfRecipe } from '../../src/library/figures-of-recipe.ts'
import type { JudgedTogether, Peer, PeerOptions } from '../../src/library/peer.ts'
import { trainerOptionsOf } from '../../src/library/trainer-options.ts'
import { createTensorflowTrainer } from '../../src/training/tensorflow-trainer.ts'
import { sumOfCounts, type TestCounts } from '../../src/worth/counts.ts'

const PEERS = 3
const data = await loadDataset('digits', { seed: 1, samples: 300 })
const recipe = {
  model: { name: 'linear' },
  training: { steps: 40 },
  start: { minimumPeers: PEERS },
} satisfies PeerOptions['recipe']

/** What one of them has: of the test samples too. */
function ownOf(index: number): Split {
  const part = (count: number) =>
    Int32Array.from({ length: Math.floor((count - index) / PEERS) }, (_, i) => PEERS * i + index)
  return {
    train: subset(data.train, part(data.train.labels.length)),
    test: subset(data.test, part(data.test.labels.length)),
  }
}

async function startedPeers(own: readonly Split[]): Promise<Peer[]> {
  const peers: Peer[] = []
  onTestFinished(async () => void (await Promise.all(peers.map(peer => peer.stop()))))
  for (const split of own) {
    const connect = peers[0]?.addresses() ?? []
    const network = { listen: ['/ip4/127.0.0.1/tcp/0'], connect, mdns: false }
    const peer = await createPeer({ recipe, data: split, network, backend: 'wasm' })
    peers.push(peer)
    await peer.listen()
  }
  await Promise.all(peers.map(peer => peer.start()))
  return peers
}

/** The counts of these parameters on each test set, by trainers in this thread. */
async function countedHere(peer: Peer, own: readonly Split[]): Promise<TestCounts[]> {
  return await Promise.all(
    own.map(async ({ train, test }) => {
      const trainer = await createTensorflowTrainer(trainerOptionsOf(peer.recipe, train, test, 1, 'wasm'))
      try {
        return (await trainer.judge?.(peer.parameters())) as TestCounts
      } finally {
        await trainer.stop()
      }
    }),
  )
}

test('peers judge the common model on the test samples of all, and all get the same figures', async () => {
  const own = Array.from({ length: PEERS }, (_, index) => ownOf(index))
  const peers = await startedPeers(own)
  await expect(peers[0].evaluateTogether()).rejects.toThrow('the swarm has not sealed its model yet')
  const told: JudgedTogether[] = []
  for (const peer of peers) peer.addEventListener('judged', ({ detail }) => told.push(detail))
  await Promise.all(peers.map(peer => peer.untilConsensus()))
  const judged = await Promise.all(peers.map(peer => peer.evaluateTogether()))

  const counts = sumOfCounts(countsShapeOf(peers[0].recipe), await countedHere(peers[0], own))
  const figures = figuresOfRecipe(peers[0].recipe, counts)
  const samples = own.reduce((sum, { test }) => sum + test.labels.length, 0)
  for (const one of judged) expect(one).toEqual({ figures, samples, members: PEERS, of: PEERS })
  expect(told).toEqual(judged)
  // Asked again, it is known.
  expect(await peers[0].evaluateTogether()).toBe(judged[0])
})

test('a peer that trained alone is judged on its own test samples', async () => {
  const peer = await createPeer({ recipe, data: ownOf(0), alone: true, backend: 'wasm' })
  onTestFinished(() => peer.stop())
  await peer.start()
  await peer.untilConsensus()
  const { accuracy, samples } = await peer.evaluate()
  expect(await peer.evaluateTogether()).toMatchObject({ figures: { accuracy }, samples, members: 1, of: 1 })
})

test('a wait for figures ends with its signal, and with the peer', async () => {
  const [first, second] = await startedPeers([ownOf(0), ownOf(1), ownOf(2)])
  await first.untilConsensus()
  const ended = new AbortController()
  const waiting = first.evaluateTogether({ signal: ended.signal })
  ended.abort(new Error('enough'))
  await expect(waiting).rejects.toThrow('enough')
  await second.untilConsensus()
  const other = second.evaluateTogether()
  const rejected = expect(other).rejects.toThrow()
  await second.stop('interrupted')
  await rejected
})
