import { expect, test } from 'vitest'
import { createPeer, loadDataset, type Peer, type Trainer } from '../../src/index.ts'
import { createLayout } from '../../src/public/models.ts'

const LENGTH = 5
const STEPS = 8
/** Local steps of the first peer before the other begins. */
const AHEAD = 3
const network = { listen: ['/ip4/127.0.0.1/tcp/0'], mdns: false } as const
const averaging = { rule: 'gossip' }

/** A trainer that learns nothing, so that only exchanges move what it began with. @param step called before each, with its number */
function staysAt(value: number, step: (count: number) => Promise<void> | void): Trainer {
  let count = 0
  return {
    layout: createLayout([{ name: 'point', shape: [LENGTH], trainable: true }]),
    backend: 'none',
    samples: 1,
    initial: async () => new Float32Array(LENGTH).fill(value),
    async train() {
      await step(++count)
      return { update: new Float32Array(LENGTH), loss: 1, samples: 1, seconds: 1e-3 }
    },
    evaluate: async () => ({ loss: 1, accuracy: 0.5, samples: 1 }),
    state: async () => ({ tensors: {}, metadata: {} }),
    restore: async () => {},
    stop: async () => {},
  }
}

test('real peers merge by age: one that is some steps ahead counts for more', async () => {
  const recipe = {
    model: { name: 'point', shape: [LENGTH], classes: 0 },
    training: { steps: STEPS },
    exchange: { localSteps: 1 },
    start: { minimumPeers: 1 },
    averaging,
  }
  const ahead = Promise.withResolvers<void>()
  const met = Promise.withResolvers<void>()
  const old = await createPeer({
    recipe,
    network,
    trainer: staysAt(0, async count => {
      if (count <= AHEAD) return
      ahead.resolve()
      await met.promise
    }),
  })
  const peers: Peer[] = [old]
  try {
    await old.start()
    await ahead.promise
    const trainer = staysAt(1, () => met.promise)
    const young = await createPeer({ recipe, trainer, network: { ...network, connect: old.addresses() } })
    peers.push(young)
    const joins = peers.map(peer => new Promise(resolve => peer.addEventListener('peer:join', resolve, { once: true })))
    await young.start()
    // Each now knows whom it is to wait for, when it has done the step that it is in.
    await Promise.all(joins)
    met.resolve()
    const signal = AbortSignal.timeout(40_000)
    await Promise.all(peers.map(peer => peer.untilConsensus({ signal })))
    for (const peer of peers) {
      // A quarter or less by ages of one step and four or more; by halves they would end at 1/2.
      for (const x of peer.parameters()) expect(Math.abs(x - 1 / 8)).toBeLessThan(1 / 8)
    }
  } finally {
    await Promise.all(peers.map(peer => peer.stop()))
  }
})

test('real peers learn by age from data of their own, and seal one model that has all of it', async () => {
  const data = await loadDataset('digits', { seed: 1, samples: 600 })
  const recipe = { model: { name: 'linear' }, training: { steps: 60 }, start: { minimumPeers: 3 }, averaging }
  const peers: Peer[] = []
  try {
    for (let index = 0; index < 3; index++) {
      const peer = await createPeer({
        recipe,
        data,
        shard: { index, of: 3, partition: 'iid', seed: 1 },
        network: { ...network, connect: peers[0]?.addresses() ?? [] },
        backend: 'wasm',
      })
      peers.push(peer)
      await peer.listen()
    }
    await Promise.all(peers.map(peer => peer.start()))
    const signal = AbortSignal.timeout(40_000)
    const agreed = await Promise.all(peers.map(peer => peer.untilConsensus({ signal })))
    expect(new Set(agreed.map(({ parametersHash }) => parametersHash)).size).toBe(1)
    for (const peer of peers) {
      const { exchanges, inModel, leftOut } = peer.status()
      expect([exchanges > 0, inModel, leftOut]).toEqual([true, true, 0])
    }
    expect((await peers[0].evaluate()).accuracy).toBeGreaterThan(0.5)
  } finally {
    await Promise.all(peers.map(peer => peer.stop()))
  }
})
