import type { Clock, Network } from '../../src/gossip/ports.ts'
import { MAX_FRAME_BYTES } from '../../src/gossip/streams/constants.ts'
import { createRandom } from '../../src/random/random.ts'
import type { World } from '../../src/testing/network-compliance.ts'
import { createVirtualClock, type VirtualClock } from './clock.ts'
import { createVirtualNetwork, type VirtualNetwork } from './network.ts'

/**
 * The virtual network that loses nothing, made anew for each test.
 *
 * @param decorate what is put around each peer's network
 */
export function createVirtualWorld(decorate: (network: Network, clock: Clock) => Network = network => network): World {
  let clock: VirtualClock = createVirtualClock()
  let network: VirtualNetwork | undefined
  let networks: Network[] = []

  return {
    async create(count) {
      network ??= createVirtualNetwork(clock, createRandom(0), { delay: '1-20', loss: 0 })
      const joined = Array.from({ length: count }, (_, i) =>
        decorate(network?.join(`peer-${networks.length + i}`) as Network, clock),
      )
      networks.push(...joined)
      return joined
    },
    async run(body) {
      let over = false
      const result = body().finally(() => {
        over = true
      })
      await Promise.race([result, clock.run(() => over)])
      return await result
    },
    signal(milliseconds) {
      const controller = new AbortController()
      clock.after(milliseconds, () => controller.abort(new Error(`${milliseconds} ms have passed`)))
      return controller.signal
    },
    async stop() {
      await Promise.all(networks.map(one => one.stop()))
      clock = createVirtualClock()
      network = undefined
      networks = []
    },
    maxFrameBytes: MAX_FRAME_BYTES,
  }
}
