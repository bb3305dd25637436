import { afterAll, expect, test } from 'vitest'
import { createVectorTrainer } from '../../simulations/virtual/vector-trainer.ts'
import { adpsgd } from '../../src/averaging/rules/adpsgd.ts'
import { complete } from '../../src/averaging/topologies/complete.ts'
import { createGossip, type Gossip } from '../../src/gossip/gossip.ts'
import { systemClock } from '../../src/library/system-clock.ts'
import { createRandom } from '../../src/random/random.ts'
import { createLibp2pWorld } from './libp2p-world.ts'

const PEERS = 5
const swarm = 'a5'.repeat(32)
const world = createLibp2pWorld()
const gossips: Gossip[] = []

afterAll(async () => {
  await Promise.all(gossips.map(one => one.stop()))
  await world.stop()
})

test('peers that know the address of one reach all that they hear of through it, and seal with them', {
  timeout: 90_000,
}, async () => {
  const sealed: Promise<void>[] = []
  let hub: readonly string[] = []
  for (let index = 0; index < PEERS; index++) {
    const network = await world.createOne({ connect: hub, warn: () => {} })
    const { promise, resolve } = Promise.withResolvers<void>()
    sealed.push(promise)
    const random = createRandom(index)
    const gossip = await createGossip(
      {
        swarm,
        recipe: { swarm },
        topology: complete,
        steps: 0,
        localSteps: 1,
        rule: adpsgd,
        target: 1e-3,
        maximumNorm: 1e6,
        evaluateEvery: 1,
        minimumPeers: PEERS,
        network,
        clock: systemClock,
        random,
        trainer: await createVectorTrainer(64, 'spread', index, random),
      },
      name => {
        if (name === 'consensus') resolve()
      },
    )
    gossips.push(gossip)
    await gossip.start()
    if (index === 0) hub = network.addresses()
  }
  await Promise.all(sealed)
  for (const gossip of gossips) expect(gossip.status().peers).toHaveLength(PEERS - 1)
  expect(new Set(gossips.map(one => one.sealed())).size).toBe(1)
})
