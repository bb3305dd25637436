import { expect, test } from 'vitest'
import { createVectorTrainer } from '../../../simulations/virtual/vector-trainer.ts'
import type { GossipEvents } from '../../../src/gossip/events.ts'
import { createGossip } from '../../../src/gossip/gossip.ts'
import { CONTACT_WAIT_MS } from '../../../src/gossip/run/constants.ts'
import { createAveragingWorld } from '../averaging-world.ts'

/** Two peers, of which the second was told where the first is; and for whom the second has said that it waits. */
function createWorld() {
  const waited: GossipEvents['waiting']['for'][] = []
  const world = createAveragingWorld({
    peers: 2,
    steps: 20,
    minimumPeers: 1,
    trainer: async (index, random) => createVectorTrainer(64, 'spread', index, random),
    core: (options, emit) => createGossip({ ...options, hasContacts: options.network.self === 'peer-1' }, emit),
    onEvent(peer, name, detail) {
      if (peer === 'peer-1' && name === 'waiting') waited.push((detail as GossipEvents['waiting']).for)
    },
  })
  return { ...world, waited }
}

test('a peer whose contact answers at once does not say that it waits for one', async () => {
  const { start, until, waited, simulatedPeers } = createWorld()
  await start(0)
  await start(1)
  await until(() => simulatedPeers[1].gossip?.status().phase !== 'waiting')
  expect(waited).toEqual([])
})

test('a peer whose contact does not answer says so after a while, and begins when it comes', async () => {
  const { start, until, wait, waited, simulatedPeers } = createWorld()
  await start(1)
  await wait(CONTACT_WAIT_MS - 200)
  expect(waited).toEqual([])
  await wait(400)
  expect(waited).toEqual(['contact'])
  await start(0)
  await until(() => simulatedPeers[1].gossip?.status().phase !== 'waiting')
})
