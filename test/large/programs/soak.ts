/**
 * Eight peers in one process, over real sockets, make so many exchanges; prints what is held now and then, a JSON line each,
 * and in the end how far the mean has moved.
 *
 * @packageDocumentation
 */

import { systemClock } from '../../../src/library/system-clock.ts'
import { parseAddress } from '../../../src/network/addresses.ts'
import { createIdentity } from '../../../src/network/identity.ts'
import { driveNode } from '../../../src/network/libp2p-network.ts'
import { createNode, type SwarmNode } from '../../../src/network/node.ts'
import { protocolOf } from '../../../src/network/protocols.ts'
import { createRandom } from '../../../src/random/random.ts'
import { createReplicaPeer } from '../../gossip/replica-peer.ts'

const [peerCount, exchanges, samples] = process.argv.slice(2).map(Number)
const ELEMENTS = 5_000
const SWARM = '50'.repeat(32)

const random = createRandom('soak')
const nodes: SwarmNode[] = []
const peers = await Promise.all(
  Array.from({ length: peerCount }, async () => {
    const listen = [parseAddress('/ip4/127.0.0.1/tcp/0', 'listen')]
    const node = await createNode({ swarm: SWARM, identity: await createIdentity(), listen, mdns: false })
    nodes.push(node)
    const network = driveNode(node, { swarm: SWARM, listen, connect: [], random, warn: console.error })
    const vector = Float32Array.from({ length: ELEMENTS }, () => random.normal())
    return { network, peer: await createReplicaPeer(network, systemClock, vector, { flush: 0, keepsAdded: false }) }
  }),
)
for (const { network } of peers) {
  for (const other of peers) if (other.network !== network) network.learn(other.network.self, other.network.addresses())
}

/** Measures what would grow if something were not let go. */
async function held() {
  await Promise.all(peers.map(({ peer }) => peer.answered()))
  const streams = () => nodes.flatMap(({ libp2p }) => libp2p.getConnections().flatMap(each => each.streams))
  // Streams are closed a little after their last message; the test that runs this program has a deadline for it.
  while (streams().some(({ protocol }) => protocol === protocolOf('exchange'))) {
    await new Promise(resolve => setImmediate(resolve))
  }
  for (let i = 0; i < 3; i++) globalThis.gc?.()
  return {
    rssBytes: process.memoryUsage().rss,
    handles: process.getActiveResourcesInfo().length,
    streams: streams().length,
  }
}

const sums = () =>
  Float64Array.from({ length: ELEMENTS }, (_, i) =>
    peers.reduce((sum, { peer }) => sum + peer.replica.parameters[i], 0),
  )
const before = sums()
let done = 0
for (let sample = 1; sample <= samples; sample++) {
  while (done < (sample * exchanges) / samples) {
    const order = random.shuffle([...peers])
    const pairs = Array.from({ length: peerCount / 2 }, (_, i) => [order[2 * i].peer, order[2 * i + 1].peer])
    await Promise.all(pairs.map(([a, b]) => a.average(b)))
    done += pairs.length
  }
  console.log(JSON.stringify({ done, ...(await held()) }))
}
const moved = sums().map((sum, i) => Math.abs(sum - before[i]) / peerCount)
console.log(JSON.stringify({ done, meanMoved: Math.max(...moved) }))
await Promise.all(peers.map(({ network }) => network.stop()))
