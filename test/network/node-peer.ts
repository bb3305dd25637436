import { multiaddr } from '@multiformats/multiaddr'
import type { Network, NetworkHandlers } from '../../src/gossip/ports.ts'
import { createIdentity } from '../../src/network/identity.ts'
import { type DriverOptions, driveNode } from '../../src/network/libp2p-network.ts'
import { createNode, type SwarmNode } from '../../src/network/node.ts'
import { createRandom } from '../../src/random/random.ts'
import { announceUntil, type Peer, startPeer } from '../../src/testing/probe-peers.ts'

const SWARM = 'a5'.repeat(32)
const LOOPBACK = multiaddr('/ip4/127.0.0.1/tcp/0')

/** A peer over real sockets whose libp2p node is at hand. */
export interface NodePeer extends Peer {
  readonly node: SwarmNode
  readonly identity: Uint8Array
}

/** @param prepare does what it likes with the node before it is started */
export async function startNodePeer(
  options: Partial<DriverOptions> & { readonly identity?: Uint8Array } = {},
  prepare: (node: SwarmNode) => void = () => {},
  handlers: Partial<NetworkHandlers> = {},
): Promise<NodePeer> {
  const { swarm = SWARM, listen = [LOOPBACK], identity = await createIdentity() } = options
  const node = await createNode({ swarm, identity, listen, mdns: false })
  prepare(node)
  const network = driveNode(node, {
    swarm,
    listen,
    connect: [],
    random: createRandom(node.libp2p.peerId.toString()),
    warn: message => {
      throw new Error(`unexpected warning: ${message}`)
    },
    ...options,
  })
  return { ...(await startPeer(network, handlers)), node, identity }
}

/** Makes one more connection, whether there is one or not. */
export async function dial(from: NodePeer, to: Network) {
  const addresses = to.addresses().map(address => multiaddr(address))
  return await from.node.libp2p.dial(addresses, { force: true, signal: AbortSignal.timeout(10_000) })
}

/** What a machine needs besides, where it is busy: some times what it has needed since then. In milliseconds. */
export function busySince(began: number): number {
  return Math.ceil(4 * (performance.now() - began))
}

/** Resolves when each has heard the other say something that was not said before; rejects where that takes longer than the time. */
export async function hearEachOther(a: Peer, b: Peer, milliseconds: number): Promise<void> {
  const signal = AbortSignal.timeout(milliseconds)
  const text = crypto.randomUUID()
  async function hears(from: Peer, to: Peer): Promise<void> {
    for (;;) {
      const said = await to.announced.take({ signal }).catch(() => {
        throw new Error(`${to.network.self} has not heard ${from.network.self} within ${milliseconds} ms`)
      })
      if (said.from === from.network.self && said.text.startsWith(text)) return
    }
  }
  // Each says something new every time: the same twice would be heard once.
  const pause = () => AbortSignal.timeout(200)
  await Promise.all([
    announceUntil(a.network, `${text} a`, hears(a, b), pause),
    announceUntil(b.network, `${text} b`, hears(b, a), pause),
  ])
}
