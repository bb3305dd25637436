import { expect, test } from 'vitest'
import type { Storage } from '../../src/gossip/ports.ts'
import type { Checkpoint } from '../../src/gossip/state/checkpoint.ts'
import { createPeer } from '../../src/index.ts'
import { createLocalNetwork } from './local-network.ts'

const recipe = { model: { name: 'linear' }, training: { steps: 40 } } as const

test('two peers learn together over a network of their own, and seal on one hash', async () => {
  const network = createLocalNetwork()
  const peers = await Promise.all(
    ['anna', 'ben'].map((name, index) => createPeer({ recipe, network: network.join(name), seed: index + 1 })),
  )
  try {
    expect(peers.map(({ id }) => id)).toEqual(['anna', 'ben'])
    await Promise.all(peers.map(peer => peer.start()))
    const [anna, ben] = await Promise.all(
      peers.map(peer => peer.untilConsensus({ signal: AbortSignal.timeout(50_000) })),
    )
    expect(anna.parametersHash).toBe(ben.parametersHash)
    expect(peers.map(peer => peer.status().inModel)).toEqual([true, true])
  } finally {
    await Promise.all(peers.map(peer => peer.stop()))
  }
})

test('a peer over a network of its own keeps its checkpoint in a storage of its own', async () => {
  const saved: Checkpoint[] = []
  const storage: Storage = {
    load: async () => undefined,
    save: async one => void saved.push(one),
    append: async () => {},
  }
  const peer = await createPeer({ recipe, network: createLocalNetwork().join('anna'), storage })
  await peer.start()
  await peer.stop()
  expect(saved.at(-1)?.peer).toBe('anna')
})

test('a network of its own has its id, and reaches nobody for a peer alone', async () => {
  const network = createLocalNetwork().join('anna')
  await expect(createPeer({ recipe, network, alone: true })).rejects.toThrow('leave out network')
  await expect(createPeer({ recipe, network, identity: new Uint8Array(4) })).rejects.toThrow('leave out identity')
  await expect(createPeer({ recipe, network: { lisen: [] } as never })).rejects.toThrow('network.lisen')
})
