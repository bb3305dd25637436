import type { GossipSub } from '@libp2p/gossipsub'
import { type Identify, identify } from '@libp2p/identify'
import type { Libp2p, PeerInfo } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { type Ping, ping } from '@libp2p/ping'
import type { Multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import type { PeerId } from '../gossip/ports.ts'
import { announcementService } from './announcements.ts'
import {
  ADDRESS_DIAL_TIMEOUT_MS,
  FIRST_WINDOW_BYTES,
  LIMITED_WINDOW_SECONDS,
  PING_TIMEOUT_MS,
  STREAM_WINDOW_BYTES,
} from './constants.ts'
import { createEntrance, type Entrance } from './gate/entrance.ts'
import { createGossipDoor, type GossipDoor } from './gate/gossip-door.ts'
import { createKnock } from './gate/knock.ts'
import { type BoundedMuxer, createBoundedMuxer } from './gate/muxer.ts'
import { createPorch } from './gate/porch.ts'
import { isLocal } from './hosts.ts'
import { createInterfaceWatch, type InterfaceWatch } from './interfaces.ts'
import { type ComponentLogger, defaultLogger } from './logger.ts'
import { createLocalDiscovery, type LocalDiscovery } from './mdns/local-discovery.ts'
import type { Bandwidth } from './pace.ts'
import { privateKeyOf } from './private-key.ts'
import { topicOf } from './protocols.ts'
import { createTrafficMeter, type TrafficMeter } from './traffic.ts'
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
  /** Whether to look for peers on the local network, and be found. */
  readonly mdns: boolean
  /** The limit of what its sockets carry, where there is one: the windows of its streams are no larger than they need be then. */
  readonly bandwidth?: Bandwidth
  /** Where its parts log. Default: as `DEBUG` says. */
  readonly logger?: ComponentLogger
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
  const meter = createTrafficMeter()
  const banned = new Set<PeerId>()
  const gossip = createGossipDoor()
  let found = (_peer: PeerInfo) => {}
  const knock = createKnock(options.recipe ?? options.swarm)
  const porch = createPorch(knock)
  const entrance = createEntrance(knock, porch)
  const muxer = createBoundedMuxer(windowOf(options.bandwidth))
  let hidesLocal = (_peer: PeerId) => false
  const denies = (peer: { toString(): string }) => banned.has(peer.toString())

  const libp2p = await createLibp2p({
    start: false,
    logger: options.logger ?? defaultLogger,
    privateKey: privateKeyOf(options.identity),
    addresses: { listen: options.listen.map(String) },
    transports: transports.map(transport => transport.make(porch)),
    connectionEncrypters: [noise()],
    connectionProtector: () => entrance.protector,
    streamMuxers: [() => muxer.factory],
    connectionManager: {
      // It cannot tell strangers from members: the entrance and the gate do.
      maxConnections: UNLIMITED,
      inboundConnectionThreshold: UNLIMITED,
      maxIncomingPendingConnections: UNLIMITED,
      addressDialTimeout: ADDRESS_DIAL_TIMEOUT_MS,
    },
    connectionMonitor: { pingTimeout: { minTimeout: PING_TIMEOUT_MS } },
    connectionGater: {
      denyDialPeer: denies,
      denyInboundEncryptedConnection: denies,
      denyOutboundEncryptedConnection: denies,
      filterMultiaddrForPeer: (peer, address) => !(isLocal(address) && hidesLocal(peer.toString())),
    },
    metrics: () => meter.metrics,
    services: {
      identify: identify(),
      ping: ping(),
      announcements: announcementService(topicOf(options.swarm), gossip),
    },
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

/** Bytes that the other side of a stream may send before they are read. */
function windowOf(bandwidth: Bandwidth | undefined): number {
  if (bandwidth === undefined) return STREAM_WINDOW_BYTES
  const window = Math.ceil(bandwidth.download * LIMITED_WINDOW_SECONDS)
  return Math.min(Math.max(window, FIRST_WINDOW_BYTES), STREAM_WINDOW_BYTES)
}
