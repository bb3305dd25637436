import type { GossipSub } from '@libp2p/gossipsub'
import { type Identify, type IdentifyComponents, identify } from '@libp2p/identify'
import type { Connection, Libp2p, Metrics, PeerInfo } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { type Ping, ping } from '@libp2p/ping'
import type { Multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import type { PeerId } from '../gossip/ports.ts'
import { type AddressDials, createAddressDials } from './address-dials.ts'
import { announcementService } from './announcements.ts'
import {
  ADDRESS_DIAL_TIMEOUT_MS,
  FIRST_WINDOW_BYTES,
  LIMITED_WINDOW_SECONDS,
  PING_INTERVAL_MS,
  PING_TIMEOUT_MS,
  STREAM_WINDOW_BYTES,
} from './constants.ts'
import { createEntrance, type Entrance } from './gate/entrance.ts'
import { createGossipDoor, type GossipDoor } from './gate/gossip-door.ts'
import { createKnock } from './gate/knock.ts'
import { type BoundedMuxer, createBoundedMuxer } from './gate/muxer.ts'
import { createPorch } from './gate/porch.ts'
import { isLocal } from './hosts.ts'
import { peerIdOf } from './identity.ts'
import { createInterfaceWatch, type InterfaceWatch } from './interfaces.ts'
import type { Libp2pMetrics } from './libp2p-metrics.ts'
import { type ComponentLogger, defaultLogger } from './logger.ts'
import { createLocalDiscovery, type LocalDiscovery } from './mdns/local-discovery.ts'
import { noiseCrypto } from './noise-crypto.ts'
import { createOwnAddresses, type Listening, type OwnAddresses } from './own-addresses.ts'
import type { Bandwidth } from './pace.ts'
import { privateKeyOf } from './private-key.ts'
import { topicOf } from './protocols.ts'
import { createTrafficMeter, type TrafficMeter } from './traffic.ts'
import { withGatheredWrites } from './transports/gathered-writes.ts'
import { transports } from './transports/registry.ts'

/** More than there ever are. */
const UNLIMITED = 1_000_000

export interface NodeOptions {
  /** The swarm's id. */
  readonly swarm: string
  /** The hash of the recipe. Default: the swarm's id. */
  readonly recipe?: string
  /** A private key as `createIdentity` makes it. */
  readonly identity: Uint8Array
  readonly listen: readonly Multiaddr[]
  /** Addresses to announce besides. Default: none. */
  readonly announce?: readonly Multiaddr[]
  /** Whether to look for peers on the local network, and be found. */
  readonly mdns: boolean
  /** The limit of what its sockets carry, where there is one: the windows of its streams are no larger than they need be then. */
  readonly bandwidth?: Bandwidth
  /** Where its parts log. Default: as `DEBUG` says. */
  readonly logger?: ComponentLogger
  /** Keeps libp2p's own metrics, as `@libp2p/prometheus-metrics` does. Default: nobody does. */
  readonly metrics?: Libp2pMetrics
  /** Warns, on one line, where peers on the local network cannot be looked for. Default: nobody is told */
  warn?(message: string): void
}

/** The libp2p node of a swarm's peer, with what its driver must know of it. */
export interface SwarmNode {
  readonly libp2p: Libp2p<{ identify: Identify; ping: Ping; announcements: GossipSub }>
  readonly meter: TrafficMeter
  /** Peers that are neither dialled nor let in. */
  readonly banned: Set<PeerId>
  /** Where gossipsub is let at members, and they at it. */
  readonly gossip: GossipDoor
  /** Where connections come in. */
  readonly entrance: Entrance
  /** Bounds what streams hold. */
  readonly muxer: BoundedMuxer
  /** Where others reach it. */
  readonly addresses: OwnAddresses
  /** Hears over which connections there are members. */
  readMembers(connections: () => Iterable<Connection>): void
  /** The interfaces of this machine, and their changes. */
  readonly interfaces: InterfaceWatch
  /** What looks for peers on the local network, where that is wanted: begun and ended by whoever starts the node. */
  readonly discovery: LocalDiscovery | undefined
  /** Has a peer's addresses of private networks, and its own machine, left out: asked of each that is to be remembered. */
  hideLocal(hides: (peer: PeerId) => boolean): void
  /** Calls back whenever a peer is found on the local network, the same one again and again. */
  whenFound(handler: (peer: PeerInfo) => void): void
}

/**
 * The libp2p node, not started: what runs in it and within which limits.
 *
 * @throws IdentityError when the identity is not a private key
 */
export async function createNode(options: NodeOptions): Promise<SwarmNode> {
  const logger = options.logger ?? defaultLogger
  const meter = createTrafficMeter(options.metrics?.({ logger }) as Metrics | undefined)
  const banned = new Set<PeerId>()
  const gossip = createGossipDoor()
  let found = (_peer: PeerInfo) => {}
  const knock = createKnock(options.recipe ?? options.swarm)
  const porch = createPorch(knock)
  const entrance = createEntrance(knock, porch)
  const muxer = createBoundedMuxer(windowOf(options.bandwidth))
  const dials = createAddressDials()
  /** Where those at the other ends of connections see this peer. */
  const sightings = new WeakMap<Connection, Multiaddr>()
  let membersNow = (): Iterable<Connection> => []
  const addresses = createOwnAddresses({
    self: peerIdOf(options.identity),
    announced: options.announce ?? [],
    inUse: () => new Set([...membersNow()].map(entrance.localIpOf).filter(ip => ip !== undefined)),
    sightings: () =>
      [...membersNow()].flatMap(connection => {
        const at = sightings.get(connection)
        return at === undefined ? [] : [{ from: connection.remoteAddr, at, direction: connection.direction }]
      }),
  })
  let hidesLocal = (_peer: PeerId) => false
  const denies = (peer: { toString(): string }) => banned.has(peer.toString())

  const libp2p = await createLibp2p({
    start: false,
    logger,
    privateKey: privateKeyOf(options.identity),
    addresses: { listen: options.listen.map(String), announceFilter: addresses.list },
    transports: transports.map(transport => withDials(dials, transport.make(porch))),
    connectionEncrypters: [noise({ crypto: noiseCrypto() })],
    connectionProtector: () => withGatheredWrites(entrance.protector),
    streamMuxers: [() => muxer.factory],
    connectionManager: {
      // It cannot tell strangers from members: the entrance and the gate do.
      maxConnections: UNLIMITED,
      inboundConnectionThreshold: UNLIMITED,
      maxIncomingPendingConnections: UNLIMITED,
      addressDialTimeout: ADDRESS_DIAL_TIMEOUT_MS,
      // An address that has failed before uses up the time for others only when those have been tried.
      addressSorter: ({ multiaddr: a }, { multiaddr: b }) =>
        sign(Number(dials.hasFailed(a)) - Number(dials.hasFailed(b))) || sign(addresses.compare(a, b)),
    },
    // It would end a connection on which the ping before is still on its way, or this peer's own look: over a slow link, in the middle of a model.
    // Which connections still lead somewhere is looked at in `liveness.ts`.
    connectionMonitor: {
      pingInterval: PING_INTERVAL_MS,
      pingTimeout: { minTimeout: PING_TIMEOUT_MS },
      abortConnectionOnPingFailure: false,
    },
    connectionGater: {
      denyDialPeer: denies,
      denyInboundEncryptedConnection: denies,
      denyOutboundEncryptedConnection: denies,
      filterMultiaddrForPeer: (peer, address) => !(isLocal(address) && hidesLocal(peer.toString())),
    },
    metrics: () => meter.metrics,
    services: {
      identify: (components: IdentifyComponents & Listening) => {
        addresses.attach(components)
        return identify()(components)
      },
      ping: ping(),
      announcements: announcementService(topicOf(options.swarm), gossip),
    },
  })
  libp2p.addEventListener('peer:identify', ({ detail: { connection, observedAddr } }) => {
    if (observedAddr !== undefined) sightings.set(connection, observedAddr)
  })
  const interfaces = createInterfaceWatch()
  const discovery = createLocalDiscovery({
    self: libp2p.peerId.toString(),
    interfaces,
    addresses: () => libp2p.getMultiaddrs(),
    // Not by way of libp2p, which keeps for hours whatever anybody says of itself.
    found: peer => found(peer),
    warn: options.warn ?? (() => {}),
  })
  return {
    libp2p,
    meter,
    banned,
    gossip,
    entrance,
    muxer,
    addresses,
    readMembers(connections) {
      membersNow = connections
    },
    interfaces,
    discovery: options.mdns ? discovery : undefined,
    hideLocal(hides) {
      hidesLocal = hides
    },
    whenFound(handler) {
      found = handler
    },
  }
}

type TransportFactory = ReturnType<(typeof transports)[number]['make']>

/** A transport that dials no address too often. */
function withDials(dials: AddressDials, make: TransportFactory): TransportFactory {
  return components => {
    const transport = make(components)
    const dial = transport.dial.bind(transport)
    return Object.assign(transport, {
      dial: (...given: Parameters<typeof dial>) => dials.dial(given[0], () => dial(...given)),
    })
  }
}

function sign(difference: number): -1 | 0 | 1 {
  return difference < 0 ? -1 : difference > 0 ? 1 : 0
}

/** Bytes that the other side of a stream may send before they are read. */
function windowOf(bandwidth: Bandwidth | undefined): number {
  if (bandwidth === undefined) return STREAM_WINDOW_BYTES
  const window = Math.ceil(bandwidth.download * LIMITED_WINDOW_SECONDS)
  return Math.min(Math.max(window, FIRST_WINDOW_BYTES), STREAM_WINDOW_BYTES)
}
