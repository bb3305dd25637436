/**
 * Drives the {@link Network} port over libp2p 3: TCP and WebSockets, noise, yamux, gossipsub for announcements, mDNS for discovery.
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

import { setMaxListeners } from 'node:events'
import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import type { Admission } from '../admission/admission.ts'
import { openAdmission } from '../admission/open.ts'
import type { Network, NetworkHandlers } from '../gossip/ports.ts'
import type { Random } from '../random/random.ts'
import { abortable } from './abortable.ts'
import { createAddressBook, parsePeer } from './address-book.ts'
import { parseAddress, parseAnnounced } from './addresses.ts'
import { publish, subscribe } from './announcements.ts'
import { createChannels } from './channels.ts'
import { createDialBackoff } from './dial-backoff.ts'
import { createDialler } from './dialler.ts'
import { createDiscoveryDialler, keepConnected } from './dialling.ts'
import { ListenError, reasonOf, UnreachableError } from './errors.ts'
import type { Gate } from './gate/gate.ts'
import { createGivenAddresses } from './given-addresses.ts'
import { peerIdOf } from './identity.ts'
import { createLanes } from './lanes/lanes.ts'
import type { Libp2pMetrics } from './libp2p-metrics.ts'
import type { ComponentLogger } from './logger.ts'
import { createNames, type Names } from './names.ts'
import { createNode, type SwarmNode } from './node.ts'
import { createNodeGate } from './node-gate.ts'
import { type Bandwidth, createPace } from './pace.ts'
import { LANE_PROTOCOL, MEMBERSHIP_PROTOCOL, topicOf } from './protocols.ts'
import { createUpkeep, type UpkeepOptions } from './upkeep.ts'
import type { PortMapping } from './upnp/port-mapping.ts'

export interface Libp2pNetworkOptions extends Pick<UpkeepOptions, 'contacts' | 'keepContacts'> {
  /** The swarm's id: SHA-256 of its recipe, in hex; of a later generation, what is made of that and of the seals. */
  readonly swarm: string
  /** SHA-256 of the recipe, in hex, for which invitations are made. Default: the swarm's id, as in the first generation. */
  readonly recipe?: string
  /** Who may be a member. Default: whoever has the recipe. */
  readonly admission?: Admission
  /** A private key as `createIdentity` makes it; the same one gives the same peer id. */
  readonly identity: Uint8Array
  /** Multiaddrs to listen on. Default: any TCP port of every interface, over IPv4 and, where there is IPv6, over IPv6. */
  readonly listen?: readonly string[]
  /**
   * Multiaddrs at which others reach this peer besides those on which it listens, such as that of a router that forwards a port. Default: none.
   */
  readonly announce?: readonly string[]
  /** Multiaddrs of peers to stay connected to, dialled again and again until they answer. */
  readonly connect?: readonly string[]
  /** What names in addresses stand for. Default: what the system says */
  readonly names?: Names
  /** Whether to find peers on the local network, and be found. */
  readonly mdns: boolean
  /** Has the router open a port, by UPnP, and is told what came of it: at first, and whenever that has changed. Default: no router is asked. */
  portMapping?(mapping: PortMapping): void
  /** The limit of what the sockets carry. Default: none. */
  readonly bandwidth?: Bandwidth
  /** Spreads dials over time. */
  readonly random: Random
  /** Warns, on one line, of what goes wrong without stopping anything. */
  warn(message: string): void
  /** Where libp2p logs. Default: as `DEBUG` says. */
  readonly logger?: ComponentLogger
  /** Keeps libp2p's own metrics. Default: nobody does. */
  readonly metrics?: Libp2pMetrics
}

/** Any port of every interface. A machine without IPv6 does without the second, which libp2p takes for no error. */
const EVERYWHERE = ['/ip4/0.0.0.0/tcp/0', '/ip6/::/tcp/0']

/**
 * A network that does nothing until it is started.
 *
 * @throws UsageError when an address is malformed
 * @throws IdentityError when the identity is not a private key
 */
export async function createLibp2pNetwork(options: Libp2pNetworkOptions): Promise<Network> {
  const listen = (options.listen ?? EVERYWHERE).map(text => parseAddress(text, 'listen'))
  const connect = (options.connect ?? []).map(text => parseAddress(text, 'connect'))
  const announce = parseAnnounced(options.announce ?? [], peerIdOf(options.identity))
  const { swarm, identity, mdns, bandwidth } = options
  const node = await createNode({
    swarm,
    recipe: options.recipe,
    identity,
    listen,
    announce,
    mdns,
    bandwidth,
    logger: options.logger,
    metrics: options.metrics,
    warn: options.warn,
  })
  return driveNode(node, { ...options, listen, connect })
}

/** The options of a network with the addresses parsed, of which a node that is there already has taken its own. */
export interface DriverOptions
  extends Pick<
      Libp2pNetworkOptions,
      'swarm' | 'recipe' | 'admission' | 'bandwidth' | 'random' | 'warn' | 'names' | 'portMapping'
    >,
    Pick<UpkeepOptions, 'interfaces' | 'contacts' | 'keepContacts'> {
  readonly listen: readonly Multiaddr[]
  readonly connect: readonly Multiaddr[]
}

/** The network of a node that was not started. */
export function driveNode(parts: SwarmNode, options: DriverOptions): Network {
  const { libp2p: node, meter, banned } = parts
  const { swarm, recipe = swarm, admission = openAdmission(), listen, bandwidth, random, warn } = options
  const self = node.peerId.toString()
  const topic = topicOf(swarm)
  const pace = bandwidth === undefined ? undefined : createPace(bandwidth, meter.total)
  const stopping = new AbortController()
  // One or two for each member.
  setMaxListeners(Infinity, stopping.signal)
  const backoff = createDialBackoff()
  const book = createAddressBook(node, parts.addresses, backoff, warn)
  let told: NetworkHandlers | undefined

  const lanes = createLanes(node, connection => gate.standing(connection), { signal: stopping.signal })
  const gate: Gate = createNodeGate(parts, {
    self,
    lanes,
    ids: { swarm, recipe },
    admission,
    bytesIn: meter.bytesIn,
    connected(peer) {
      backoff.reached(peer)
      told?.connected(peer)
    },
    disconnected(peer, connection) {
      channels.abort(new UnreachableError('the connection to a member has ended'), connection)
      told?.disconnected(peer)
    },
    acquainted(peer) {
      backoff.reached(peer)
      told?.acquainted(peer)
    },
    warn,
  })
  const given = createGivenAddresses({
    connect: options.connect,
    node,
    gate,
    names: options.names ?? createNames(),
    random: random.fork('given addresses'),
  })
  const channels = createChannels(node, gate, parts.muxer, lanes, pace)
  const dialler = createDialler(node, gate, backoff, { signal: stopping.signal })
  const upkeep = createUpkeep(
    parts,
    { interfaces: parts.interfaces, ...options, gate, book },
    { signal: stopping.signal },
  )
  parts.whenFound(upkeep.found(createDiscoveryDialler(node, gate, dialler, random, { signal: stopping.signal })))

  /** Nothing of it is loaded where nobody wants it; nobody waits for a router. */
  async function askRouter(portMapping: (mapping: PortMapping) => void): Promise<() => Promise<void>> {
    const { keepPortMapping } = await import('./upnp/port-mapping.ts')
    return keepPortMapping({
      listened: parts.addresses.listened,
      moved: upkeep.retry,
      tell(mapping) {
        const addresses = mapping.addresses.map(text => multiaddr(text))
        parts.addresses.mapped(addresses)
        told?.moved?.()
        portMapping({ ...mapping, addresses: addresses.map(address => `${address}/p2p/${self}`) })
      },
    })
  }

  let endMapping: Promise<() => Promise<void>> | undefined
  let started: Promise<void> | undefined
  async function start(handlers: NetworkHandlers): Promise<void> {
    told = handlers
    node.addEventListener('connection:open', ({ detail }) => gate.meet(detail))
    // libp2p keeps for hours what anybody has said of itself.
    node.addEventListener('peer:disconnect', ({ detail }) => {
      if (!book.knows(detail.toString())) node.peerStore.delete(detail).catch(() => {})
    })
    await node.handle(MEMBERSHIP_PROTOCOL, gate.answer, { maxInboundStreams: 1, maxOutboundStreams: 1 })
    await node.handle(LANE_PROTOCOL, gate.answerLane, { maxInboundStreams: 1, maxOutboundStreams: 1 })
    await channels.serve(handlers)
    parts.readMembers(gate.connections)
    await parts.addresses.refresh()
    try {
      await node.start()
    } catch (cause) {
      if (!(cause instanceof Error && cause.name === 'UnsupportedListenAddressesError')) throw cause
      throw new ListenError(`cannot listen on ${listen.join(' and ')}: ${listenReason(cause)}`, { cause })
    }
    const hear: NetworkHandlers['announcement'] = (from, bytes, forwarder) =>
      admission.lapsed(from) === undefined ? handlers.announcement(from, bytes, forwarder) : 'ignore'
    subscribe(node.services.announcements, topic, hear, warn)
    parts.discovery?.start()
    upkeep.start(() => {
      backoff.moved()
      handlers.moved?.()
    })
    if (options.portMapping !== undefined) endMapping = askRouter(options.portMapping)
    const until = { signal: stopping.signal, retry: upkeep.retry }
    for (const target of options.connect) keepConnected(given, gate, target, random, warn, until)
  }

  let stopped: Promise<void> | undefined
  async function stop(): Promise<void> {
    const reason = new UnreachableError('the network was stopped')
    stopping.abort(reason)
    // A node that is still starting ignores that it is stopped.
    await started?.catch(() => {})
    // Closing a connection ends its streams as if all had been said; a reset says that it has not.
    channels.abort(reason)
    const closed = endMapping?.then(end => end())
    await parts.discovery?.stop()
    await node.stop()
    await closed
    gate.stop()
  }

  return {
    self,

    async start(handlers) {
      stopping.signal.throwIfAborted()
      started = start(handlers)
      return started
    },

    addresses: () => node.getMultiaddrs().map(String),

    learn: upkeep.learn,

    forget: book.forget,

    async open(peer, channel, { signal }) {
      signal.throwIfAborted()
      const id = parsePeer(peer)
      if (id === undefined) throw new UnreachableError(`${JSON.stringify(peer)} is not a peer id`)
      if (banned.has(peer)) throw new UnreachableError(`peer ${peer} is banned`)
      await book.settled(peer)
      const until = AbortSignal.any([signal, stopping.signal])
      try {
        const refusal = gate.refusals.get(peer)
        if (refusal !== undefined) throw refusal
        const dialled = gate.connectionTo(peer) ?? (await dialler.dial(id, { signal: until }))
        channels.requireAccess(channel, await abortable(gate.standing(dialled), until), peer)
        return await channels.open(channel, gate.connectionTo(peer) ?? dialled, { signal: until })
      } catch (cause) {
        signal.throwIfAborted()
        stopping.signal.throwIfAborted()
        throw new UnreachableError(`cannot open ${channel} to ${peer}: ${reasonOf(cause)}`, { cause })
      }
    },

    async publish(announcement) {
      if (node.status === 'started') await publish(node.services.announcements, topic, announcement)
    },

    connections: gate.members,

    unreached: backoff.unreached,

    ban(peer) {
      banned.add(peer)
      const id = parsePeer(peer)
      if (id === undefined) return
      // Not hangUp(): that waits for streams to end well.
      for (const connection of node.getConnections(id)) connection.abort(new UnreachableError(`peer ${peer} is banned`))
    },

    traffic: meter.total,

    tried: () => ({
      listening: node.getMultiaddrs().map(String),
      interfaces: parts.discovery
        ?.links()
        .map(({ name, family, isInternal, failure }) => ({ name, family, isInternal, failure })),
      dialled: given.tried(),
    }),

    stop: () => {
      stopped ??= stop()
      return stopped
    },
  }
}

/** What to do where this machine does not let a peer listen. */
const LISTEN_REMEDIES: Readonly<Record<string, string>> = {
  EADDRINUSE:
    'another program has this port, perhaps another peer: listen on another one, or on tcp/0 for any that is free',
  EADDRNOTAVAIL: 'that is no address of this machine: listen on /ip4/0.0.0.0/tcp/4001 for all that it has',
  EACCES: 'this user may not listen on that port: take one above 1023',
}

/** libp2p puts the stack of each cause into the message; what a person needs is the line of the system's error. */
function listenReason(error: Error): string {
  const line = error.message.split('\n').find(each => /listen E[A-Z]+/.test(each))
  if (line === undefined) return 'no transport supports it'
  const said = line.replace(/^.*?listen (?=E[A-Z]+)/, '')
  const remedy = LISTEN_REMEDIES[/^E[A-Z]+/.exec(said)?.[0] ?? '']
  return remedy === undefined ? said : `${said}; ${remedy}`
}
