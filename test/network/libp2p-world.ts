import type { Network } from '../../src/gossip/ports.ts'
import { MAX_FRAME_BYTES } from '../../src/gossip/streams/constants.ts'
import { createIdentity } from '../../src/network/identity.ts'
import { createLibp2pNetwork, type Libp2pNetworkOptions } from '../../src/network/libp2p-network.ts'
import { createRandom } from '../../src/random/random.ts'
import type { World } from '../../src/testing/network-compliance.ts'

const LOOPBACK = '/ip4/127.0.0.1/tcp/0'

/** Real sockets on this machine, in real time. */
export interface Libp2pWorld extends World {
  createOne(options?: Partial<Libp2pNetworkOptions>): Promise<Network>
}

/**
 * @param decorate what is put around each peer's network
 * @param listen the address on which each listens
 */
export function createLibp2pWorld(
  decorate: (network: Network) => Network = network => network,
  listen = LOOPBACK,
): Libp2pWorld {
  const networks: Network[] = []

  async function createOne(options: Partial<Libp2pNetworkOptions> = {}): Promise<Network> {
    const network = decorate(
      await createLibp2pNetwork({
        swarm: 'a5'.repeat(32),
        identity: await createIdentity(),
        listen: [listen],
        mdns: false,
        random: createRandom(networks.length),
        warn: message => {
          throw new Error(`unexpected warning: ${message}`)
        },
        ...options,
      }),
    )
    networks.push(network)
    return network
  }

  return {
    createOne,
    create: count => Promise.all(Array.from({ length: count }, () => createOne())),
    run: body => body(),
    signal: milliseconds => AbortSignal.timeout(milliseconds),
    async stop() {
      await Promise.all(networks.splice(0).map(network => network.stop()))
    },
    maxFrameBytes: MAX_FRAME_BYTES,
  }
}
