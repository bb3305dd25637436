import type { GossipSub } from '@libp2p/gossipsub'
import { type Identify, identify } from '@libp2p/identify'
import type { Libp2p, PeerInfo } from '@libp2p/interface'
import { mdns } from '@libp2p/mdns'
import { noise } from '@libp2p/noise'
import { type Ping, ping } from '@libp2p/ping'
import { yamux } from '@libp2p/yamux'
import type { Multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import type { PeerId } from '../gossip/ports.ts'
import { announcementService } from './announcements.ts'
import {
  ADDRESS_DIAL_TIMEOUT_MS,
  DISCOVERY_INTERVAL_MS,
  DISCOVERY_SERVICE,
  FIRST_WINDOW_BYTES,
  LIMITED_WINDOW_SECONDS,
  MAX_CONNECTIONS,
  MAX_STREAMS_PER_CONNECTION,
  PING_TIMEOUT_MS,
  READ_BUFFER_SPARE_BYTES,
  STREAM_WINDOW_BYTES,
} from './constants.ts'
import { createGossipDoor, type GossipDoor } from './gate/gossip-door.ts'
import { type ComponentLogger, defaultLogger } from './logger.ts'
import type { Bandwidth } from './pace.ts'
import { privateKeyOf } from './private-key.ts'
import { topicOf } from './protocols.ts'
import { createTrafficMeter, type TrafficMeter } from './traffic.ts'
import { transports } from './transports/registry.ts'

export interface NodeOptions {
  /** The swarm's id. */
  readonly swarm: string
  /** A private key as `createIdentity` makes it. */
  readonly identity: Uint8Array
  readonly listen: readonly Multiaddr[]
  /** Whether to look for peers on the local network, and be found. */
  readonly mdns: boolean
  /** The limit of what its sockets carry, where there is one: the windows of its streams are no larger than they need be then. */
  readonly bandwidth?: Bandwidth
  /** Where its parts log. Default: as `DEBUG` says. */
  readonly logger?: ComponentLogger
}

/** The libp2p node of a swarm's peer, with what its driver must know of it. */
export interface SwarmNode {
  readonly libp2p: Libp2p<{ identify: Identify; ping: Ping; announcements: GossipSub }>
  readonly meter: TrafficMeter
  /** Peers that are neither dialled nor let in. */
  readonly banned: Set<PeerId>
  /** Where gossipsub is let at members, and they at it. */
  readonly gossip: GossipDoor
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
  const window = windowOf(options.bandwidth)
  const denies = (peer: { toString(): string }) => banned.has(peer.toString())

  const libp2p = await createLibp2p({
    start: false,
    logger: options.logger ?? defaultLogger,
    privateKey: privateKeyOf(options.identity),
    addresses: { listen: options.listen.map(String) },
    transports: transports.map(transport => transport.make()),
    connectionEncrypters: [noise()],
    streamMuxers: [
      yamux({
        maxInboundStreams: MAX_STREAMS_PER_CONNECTION,
        maxOutboundStreams: MAX_STREAMS_PER_CONNECTION,
        streamOptions: {
          maxStreamWindowSize: window,
          maxReadBufferLength: window + READ_BUFFER_SPARE_BYTES,
        },
      }),
    ],
    connectionManager: {
      maxConnections: MAX_CONNECTIONS,
      // Per host and second, and handshakes at once: a swarm on one machine or behind one NAT is one host.
      inboundConnectionThreshold: MAX_CONNECTIONS,
      maxIncomingPendingConnections: MAX_CONNECTIONS,
      addressDialTimeout: ADDRESS_DIAL_TIMEOUT_MS,
    },
    connectionMonitor: { pingTimeout: { minTimeout: PING_TIMEOUT_MS } },
    connectionGater: {
      denyDialPeer: denies,
      denyInboundEncryptedConnection: denies,
      denyOutboundEncryptedConnection: denies,
    },
    peerDiscovery: options.mdns
      ? [
          components => {
            const service = mdns({ serviceTag: DISCOVERY_SERVICE, interval: DISCOVERY_INTERVAL_MS })(components)
            // At the source: libp2p's own event tells of a peer only once, and not again after it was lost.
            service.addEventListener('peer', event => found(event.detail))
            return service
          },
        ]
      : [],
    metrics: () => meter.metrics,
    services: {
      identify: identify(),
      ping: ping(),
      announcements: announcementService(topicOf(options.swarm), gossip),
    },
  })
  return {
    libp2p,
    meter,
    banned,
    gossip,
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
