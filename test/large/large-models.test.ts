import { afterEach, expect, test } from 'vitest'
import { systemClock } from '../../src/library/system-clock.ts'
import { createReplicaPeer, type ReplicaPeer } from '../gossip/replica-peer.ts'
import { createReplicaSwarm } from '../gossip/swarm-of-replicas.ts'
import { createLibp2pWorld } from '../network/libp2p-world.ts'

const MEBIFLOATS = 1024 * 1024
/** 256 MiB, and not a power of two. */
const SIZES = [64 * MEBIFLOATS, 100_000_000]

/** Numbers that can be made again, so that none need be kept: small whole ones, which averaging does not round. */
const elementOf = (peer: number, i: number) => ((i * (7 + peer)) % 1_021) - 510

function vectorOf(peer: number, length: number): Float32Array {
  const vector = new Float32Array(length)
  for (let i = 0; i < length; i++) vector[i] = elementOf(peer, i)
  return vector
}

/** The first element of either that is not the average; -1 where there is none. */
function firstWrong([a, b]: readonly ReplicaPeer[]): number {
  const [x, y] = [a.replica.parameters, b.replica.parameters]
  for (let i = 0; i < x.length; i++) {
    const average = (elementOf(0, i) + elementOf(1, i)) / 2
    if (x[i] !== average || y[i] !== average) return i
  }
  return -1
}

/** Milliseconds; the net under them. */
const LONG = 300_000

const options = { flush: 0, keepsAdded: false }
const world = createLibp2pWorld()
afterEach(() => world.stop())

test.for(SIZES)('two peers average %i parameters over libp2p', { timeout: LONG }, async size => {
  const networks = await world.create(2)
  const peers: ReplicaPeer[] = []
  for (const [i, network] of networks.entries()) {
    peers.push(await createReplicaPeer(network, systemClock, vectorOf(i, size), options))
  }
  networks[0].learn(networks[1].self, networks[1].addresses())
  await peers[0].average(peers[1])
  await peers[1].answered()
  expect(firstWrong(peers)).toBe(-1)
})

test.for(SIZES)('two peers average %i parameters over the virtual network', { timeout: LONG }, async size => {
  const { peers, run } = await createReplicaSwarm([vectorOf(0, size), vectorOf(1, size)], options)
  await run(peers[0].average(peers[1]))
  expect(firstWrong(peers)).toBe(-1)
})
