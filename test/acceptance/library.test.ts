import type { LayersModel } from '@tensorflow/tfjs-layers'
import { expect, test } from 'vitest'
import { createPeer, loadDataset, type Peer, type PeerEvents } from '../../src/index.ts'
import { testShardOf } from '../../src/library/fit-data.ts'
import { hashParameters, samples } from '../../src/public/models.ts'
import { inputsOf } from '../data/inputs-of.ts'

test('two embedded peers agree on one model, which is handed out as a LayersModel that predicts', async () => {
  const data = await loadDataset('digits', { seed: 1, samples: 600 })
  const recipe = { model: { name: 'linear' }, training: { steps: 60 } }
  const make = (index: number, connect: readonly string[]): Promise<Peer> =>
    createPeer({
      recipe,
      data,
      shard: { index, of: 2, partition: 'iid', seed: 1 },
      network: { listen: ['/ip4/127.0.0.1/tcp/0'], connect, mdns: false },
    })
  const first = await make(0, [])
  await first.listen()
  const second = await make(1, first.addresses())
  const peers = [first, second]
  try {
    await Promise.all(peers.map(peer => peer.start()))
    const signal = AbortSignal.timeout(40_000)
    const agreed = await Promise.all(peers.map(peer => peer.untilConsensus({ signal })))
    const [{ exchanges: _one, consensusDistance, ...ofFirst }, { exchanges: _other, ...ofSecond }] =
      agreed as PeerEvents['consensus'][]
    // Each says how far they were by what it had heard by then.
    expect(ofSecond).toEqual({ ...ofFirst, consensusDistance: expect.closeTo(consensusDistance, 6) })
    expect(ofFirst.members).toBe(2)
    expect(hashParameters(first.parameters())).toBe(agreed[0].parametersHash)
    expect(second.parameters()).toEqual(first.parameters())

    const { accuracy } = await first.evaluate()
    const model = await first.model<LayersModel>()
    const { argMax, tensor4d } = await import('@tensorflow/tfjs-core')
    // Its own part of the test samples, as it judges by.
    const own = testShardOf(data.test, { index: 0, of: 2 })
    const inputs = tensor4d(inputsOf(own), [samples(own), 28, 28, 1])
    const logits = model.predict(inputs)
    if (Array.isArray(logits)) throw new Error('the model has one output')
    const predicted = argMax(logits, 1).dataSync()
    const right = own.labels.filter((label, i) => label === predicted[i]).length
    expect(right / samples(own)).toBeCloseTo(accuracy, 6)
    logits.dispose()
    inputs.dispose()
    model.dispose()
  } finally {
    await Promise.all(peers.map(peer => peer.stop()))
  }
})

test('peers of different recipes tell the first field that differs, and are never mixed', async () => {
  const data = await loadDataset('digits', { seed: 1, samples: 200 })
  const make = (learningRate: number, connect: readonly string[]): Promise<Peer> =>
    createPeer({
      recipe: { model: { name: 'linear' }, training: { learningRate, steps: 100_000 } },
      data,
      network: { listen: ['/ip4/127.0.0.1/tcp/0'], connect, mdns: false },
      // Named: where nobody chose, a better one that is installed and broken would be warned of too.
      backend: 'wasm',
    })
  const warned = (peer: Peer) =>
    new Promise<string>(resolve => {
      peer.addEventListener('warning', ({ detail }) => resolve(detail.message), { once: true })
    })
  const first = await make(0.05, [])
  await first.listen()
  const second = await make(0.1, first.addresses())
  const peers = [first, second]
  try {
    const warnings = Promise.all(peers.map(warned))
    await Promise.all(peers.map(peer => peer.start()))
    const [ofFirst, ofSecond] = await warnings
    expect(ofFirst).toContain(
      `${second.id} has another recipe and is left alone; training.learningRate: 0.05 here, 0.1 there`,
    )
    expect(ofSecond).toContain(
      `${first.id} has another recipe and is left alone; training.learningRate: 0.1 here, 0.05 there`,
    )
    expect(peers.map(peer => [peer.status().peers, peer.status().exchanges])).toEqual([
      [[], 0],
      [[], 0],
    ])
  } finally {
    await Promise.all(peers.map(peer => peer.stop()))
  }
}, 30_000)
