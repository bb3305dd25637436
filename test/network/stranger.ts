import { identify } from '@libp2p/identify'
import type { Connection, Libp2p } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import type { Admission } from '../../src/admission/admission.ts'
import { openAdmission } from '../../src/admission/open.ts'
import type { AbortOptions, FrameStream, Network } from '../../src/gossip/ports.ts'
import { createFrameStream } from '../../src/network/frame-stream.ts'
import { meetAsDialler, type Standing } from '../../src/network/gate/handshake.ts'
import { MEMBERSHIP_PROTOCOL } from '../../src/network/protocols.ts'

/** Plain libp2p, which says on a connection whatever a test has it say. */
export interface Stranger {
  readonly node: Libp2p
  dial(network: Network, options: AbortOptions): Promise<Connection>
  stop(): Promise<void>
}

export async function createStranger(): Promise<Stranger> {
  const node = await createLibp2p({
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: { identify: identify() },
  })
  return {
    node,
    dial: (network, options) =>
      node.dial(
        network.addresses().map(address => multiaddr(address)),
        options,
      ),
    stop: async () => node.stop(),
  }
}

export interface Claim {
  readonly swarm: string
  readonly recipe?: string
  readonly admission?: Admission
}

/** Proves membership on a connection that it has dialled, as peers do. The stream stays open, as long as it is a member. */
export async function proveOn(
  { node }: Stranger,
  connection: Connection,
  { swarm, recipe = swarm, admission = openAdmission() }: Claim,
  options: AbortOptions,
): Promise<{ standing: Standing; stream: FrameStream }> {
  const peer = connection.remotePeer.toString()
  const stream = createFrameStream(peer, await connection.newStream(MEMBERSHIP_PROTOCOL, options))
  const party = { self: node.peerId.toString(), ids: { swarm, recipe }, admission, makeRoom: () => undefined }
  return { standing: await meetAsDialler(party, stream, options), stream }
}
