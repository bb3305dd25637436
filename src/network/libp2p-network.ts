/**
 * Drives the {@link Network} port over libp2p 3: TCP, noise, yamux, gossipsub for announcements, mDNS for discovery.
 *
 * @example
 *
 * ```ts
 * const network = await createLibp2pNetwork({
 *   swarm: '9f86d081884c7d65…',
 *   identity: await createIdentity(),
 *   mdns: true,
 *   random: createRandom('network'),
 *   warn: console.warn,
 * })
 * await network.start(handlers)
 * const stream = await network.open(peer, 'exchange', { signal: AbortSignal.timeout(10_000) })
 * ```
 *
 * @packageDocumentation
 */

import type { Connection, PeerId as Libp2pPeerId, Stream } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import type { Multiaddr } from '@multiformats/multiaddr'
import { MAX_ADDRESSES } from '../gossip/membership/constants.ts'
import type { Channel, FrameStream, Network, NetworkHandlers, PeerId } from '../gossip/ports.ts'
import type { Random } from '../random/random.ts'
import { dialableAddresses, parseAddress } from './addresses.ts'
import { publish, subscribe } from './announcements.ts'
import { MAX_STREAMS_PER_CHANNEL } from './constants.ts'
import { createDiscoveryDialler, keepConnected } from './dialling.ts'
import { ListenError, reasonOf, UnreachableError } from './errors.ts'
import { createFrameStream } from './frame-stream.ts'
import type { ComponentLogger } from './logger.ts'
import { createNode, type SwarmNode } from './node.ts'
import { type Bandwidth, createPace } from './pace.ts'
import { protocolOf, topicOf } from './protocols.ts'

export interface Libp2pNetworkOptions {
  /** The swarm's id: SHA-256 of its recipe, in hex. */
  readonly swarm: string
  /** A private key as `createIdentity` makes it; the same one gives the same peer id. */
  readonly identity: Uint8Array
  /** Multiaddrs to listen on. Default: any TCP port of every IPv4 interface. */
  readonly listen?: readonly string[]
  /** Multiaddrs of peers to stay connected to, dialled again and again until they answer. */
  readonly connect?: readonly string[]
  /** Whether to find peers on the local network, and be found. */
  readonly mdns: boolean
  /** The limit of what the sockets carry. Default: none. */
  readonly bandwidth?: Bandwidth
  /** Spreads dials over time. */
  readonly random: Random
  /** Warns, on one line, of what goes wrong without stopping anything. */
  warn(message: string): void
  /** Where libp2p logs. Default: as `DEBUG` says. */
  readonly logger?: ComponentLogger
}

const CHANNELS: readonly Channel[] = ['recipe', 'exchange', 'settle', 'fetch']
const ANY_PORT = '/ip4/0.0.0.0/tcp/0'

/**
 * A network that does nothing until it is started.
 *
 * @throws UsageError when an address is malformed
 * @throws IdentityError when the identity is not a private key
 */
export async function createLibp2pNetwork(options: Libp2pNetworkOptions): Promise<Network> {
  const listen = (options.listen ?? [ANY_PORT]).map(text => parseAddress(text, 'listen'))
  const connect = (options.connect ?? []).map(text => parseAddress(text, 'connect'))
  const { swarm, identity, mdns, bandwidth } = options
  const node = await createNode({ swarm, identity, listen, mdns, bandwidth, logger: options.logger })
  return driveNode(node, { ...options, listen, connect })
}

/** The options of a network with the addresses parsed, of which a node that is there already has taken its own. */
export interface DriverOptions extends Pick<Libp2pNetworkOptions, 'swarm' | 'bandwidth' | 'random' | 'warn'> {
  readonly listen: readonly Multiaddr[]
  readonly connect: readonly Multiaddr[]
}

/** The network of a node that was not started. */
export function driveNode({ libp2p: node, meter, banned, whenFound }: SwarmNode, options: DriverOptions): Network {
  const { swarm, listen, bandwidth, random, warn } = options
  const topic = topicOf(swarm)
  const pace = bandwidth === undefined ? undefined : createPace(bandwidth, meter.total)
  const stopping = new AbortController()
  const connected = new Set<PeerId>()
  const streams = new Set<FrameStream>()
  const learned = new Map<PeerId, string>()
  const learning = new Map<PeerId, Promise<void>>()
  whenFound(createDiscoveryDialler(node, random, { signal: stopping.signal }))

  function adopt(peer: PeerId, stream: Stream): FrameStream {
    const frames = createFrameStream(peer, stream, pace)
    // One that is over already would never be taken out again.
    if (stream.status === 'open') streams.add(frames)
    stream.addEventListener('close', () => streams.delete(frames))
    return frames
  }

  async function serve(channel: Channel, handlers: NetworkHandlers): Promise<void> {
    const limits = { maxInboundStreams: MAX_STREAMS_PER_CHANNEL, maxOutboundStreams: MAX_STREAMS_PER_CHANNEL }
    const accept = async (stream: Stream, connection: Connection) => {
      const frames = adopt(connection.remotePeer.toString(), stream)
      try {
        await handlers.stream(channel, frames)
      } catch (error) {
        frames.abort(error instanceof Error ? error : new Error(String(error)))
      }
    }
    await node.handle(protocolOf(swarm, channel), accept, limits)
  }

  /** The newest addresses first; older ones fall off the end. */
  async function remember(peer: Libp2pPeerId, fresh: readonly Multiaddr[]): Promise<void> {
    const known = (await node.peerStore.has(peer)) ? (await node.peerStore.get(peer)).addresses : []
    const byText = new Map([...fresh, ...known.map(address => address.multiaddr)].map(each => [each.toString(), each]))
    await node.peerStore.patch(peer, { multiaddrs: [...byText.values()].slice(0, MAX_ADDRESSES) })
  }

  let started: Promise<void> | undefined
  async function start(handlers: NetworkHandlers): Promise<void> {
    node.addEventListener('peer:connect', ({ detail }) => {
      connected.add(detail.toString())
      handlers.acquainted(detail.toString())
      handlers.connected(detail.toString())
    })
    node.addEventListener('peer:disconnect', ({ detail }) => {
      // libp2p also tells of connections that it never counted as open.
      if (connected.delete(detail.toString())) handlers.disconnected(detail.toString())
    })
    await Promise.all(CHANNELS.map(channel => serve(channel, handlers)))
    try {
      await node.start()
    } catch (cause) {
      if (!(cause instanceof Error && cause.name === 'UnsupportedListenAddressesError')) throw cause
      throw new ListenError(`cannot listen on ${listen.join(' and ')}: ${listenReason(cause)}`, { cause })
    }
    subscribe(node.services.announcements, topic, handlers.announcement.bind(handlers), warn)
    for (const target of options.connect) keepConnected(node, target, random, warn, { signal: stopping.signal })
  }

  let stopped: Promise<void> | undefined
  async function stop(): Promise<void> {
    const reason = new UnreachableError('the network was stopped')
    stopping.abort(reason)
    // A node that is still starting ignores that it is stopped.
    await started?.catch(() => {})
    // Closing a connection ends its streams as if all had been said; a reset says that it has not.
    for (const stream of streams) stream.abort(reason)
    await node.stop()
    // libp2p no longer tells of the connections that it closes at the end.
    connected.clear()
  }

  return {
    self: node.peerId.toString(),

    async start(handlers) {
      stopping.signal.throwIfAborted()
      started = start(handlers)
      return started
    },

    addresses: () => node.getMultiaddrs().map(String),

    learn(peer, addresses) {
      const fresh = dialableAddresses(peer, addresses)
      const id = parsePeer(peer)
      if (id === undefined || id.equals(node.peerId) || fresh.length === 0) return
      // Peers say where they are with every announcement, and it is nearly always what they said before.
      const text = addresses.join()
      if (learned.get(peer) === text) return
      learned.set(peer, text)
      const task = (learning.get(peer) ?? Promise.resolve())
        .then(() => remember(id, fresh))
        .catch(error => warn(`cannot remember the addresses of ${peer}: ${reasonOf(error)}`))
        .finally(() => {
          if (learning.get(peer) === task) learning.delete(peer)
        })
      learning.set(peer, task)
    },

    forget(peer) {
      const id = parsePeer(peer)
      if (!learned.delete(peer) || id === undefined) return
      const task = (learning.get(peer) ?? Promise.resolve())
        .then(() => (learned.has(peer) || connected.has(peer) ? undefined : node.peerStore.delete(id)))
        .catch(error => warn(`cannot forget the addresses of ${peer}: ${reasonOf(error)}`))
        .finally(() => {
          if (learning.get(peer) === task) learning.delete(peer)
        })
      learning.set(peer, task)
    },

    async open(peer, channel, { signal }) {
      signal.throwIfAborted()
      const id = parsePeer(peer)
      if (id === undefined) throw new UnreachableError(`${JSON.stringify(peer)} is not a peer id`)
      if (banned.has(peer)) throw new UnreachableError(`peer ${peer} is banned`)
      await learning.get(peer)
      try {
        const until = AbortSignal.any([signal, stopping.signal])
        const limits = { maxOutboundStreams: MAX_STREAMS_PER_CHANNEL }
        const stream = await node.dialProtocol(id, protocolOf(swarm, channel), { ...limits, signal: until })
        if (until.aborted) stream.abort(until.reason)
        until.throwIfAborted()
        return adopt(peer, stream)
      } catch (cause) {
        signal.throwIfAborted()
        stopping.signal.throwIfAborted()
        throw new UnreachableError(`cannot open ${channel} to ${peer}: ${reasonOf(cause)}`, { cause })
      }
    },

    async publish(announcement) {
      if (node.status === 'started') await publish(node.services.announcements, topic, announcement)
    },

    connections: () => [...connected],

    ban(peer) {
      banned.add(peer)
      const id = parsePeer(peer)
      if (id === undefined) return
      // Not hangUp(): that waits for streams to end well.
      for (const connection of node.getConnections(id)) connection.abort(new UnreachableError(`peer ${peer} is banned`))
    },

    traffic: meter.total,

    stop: () => {
      stopped ??= stop()
      return stopped
    },
  }
}

function parsePeer(peer: PeerId): Libp2pPeerId | undefined {
  try {
    return peerIdFromString(peer)
  } catch {
    return undefined
  }
}

/** libp2p puts the stack of each cause into the message; what a person needs is the line of the system's error. */
function listenReason(error: Error): string {
  const line = error.message.split('\n').find(each => /listen E[A-Z]+/.test(each))
  return line?.replace(/^.*?listen (?=E[A-Z]+)/, '') ?? 'no transport supports it'
}
