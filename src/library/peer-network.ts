import type { Admission } from '../admission/admission.ts'
import type { Contact, Network, PeerId } from '../gossip/ports.ts'
import { peerIdOf } from '../network/identity.ts'
import { createLibp2pNetwork } from '../network/libp2p-network.ts'
import type { ComponentLogger } from '../network/logger.ts'
import type { PortMapping } from '../network/upnp/port-mapping.ts'
import type { Random } from '../random/random.ts'
import type { Libp2pOptions, PeerOptions } from './peer.ts'
import { bandwidthOf, isNetwork } from './peer-options.ts'

/** The network of a peer before its swarm is known: the caller's own, or libp2p. */
export interface PeerNetwork {
  readonly id: PeerId
  /** The private key of this id; undefined over a network of the caller's own, which decides itself who is in. */
  readonly identity: Uint8Array | undefined
  /** Whether it was told of others. */
  readonly hasContacts: boolean
  open(options: {
    readonly swarm: string
    readonly admission: Admission
    /** The hash of the recipe: the swarm's id in its first generation. */
    readonly recipe: string
    readonly random: Random
    readonly warn: (message: string) => void
    /** Is told what came of asking the router for a port, where that is wanted. */
    readonly portMapping: (mapping: PortMapping) => void
    readonly logger: ComponentLogger
    /** Where members were reached in an earlier run. */
    readonly contacts: readonly Contact[] | undefined
    /** Keeps it for the next. */
    readonly keepContacts: ((contacts: readonly Contact[]) => void) | undefined
  }): Promise<Network>
}

/** @param createIdentity makes or reads the private key, where libp2p is to prove the peer's id by one */
export async function preparePeerNetwork(
  { network, alone = false, identity }: PeerOptions,
  createIdentity: () => Promise<Uint8Array>,
): Promise<PeerNetwork> {
  if (isNetwork(network)) {
    return { id: network.self, identity: undefined, hasContacts: false, open: async () => network }
  }
  const key = identity ?? (await createIdentity())
  const reach: Libp2pOptions = alone
    ? { ...network, listen: [], announce: [], connect: [], mdns: false, upnp: false }
    : { ...network }
  const { listen, announce, connect = [], mdns = true, upnp = false, bandwidthMbps, metrics } = reach
  return {
    id: peerIdOf(key),
    identity: key,
    hasContacts: connect.length > 0,
    open: options =>
      // Others would wait for a peer that they hear of, and that averages with nobody: one alone is not reached.
      createLibp2pNetwork({
        ...options,
        ...(alone && { contacts: [] }),
        identity: key,
        listen,
        announce,
        connect,
        mdns,
        metrics,
        portMapping: upnp ? options.portMapping : undefined,
        bandwidth: bandwidthOf(bandwidthMbps),
      }),
  }
}
