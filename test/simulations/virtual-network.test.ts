import { createVirtualClock, type VirtualClock } from '../../simulations/virtual-clock.ts'
import { createVirtualNetwork, type VirtualNetwork } from '../../simulations/virtual-network.ts'
import { MAX_FRAME_BYTES } from '../../src/gossip/constants.ts'
import type { Network } from '../../src/gossip/ports.ts'
import { createRandom } from '../../src/random/random.ts'
import { networkCompliance, type World } from '../network/network-compliance.ts'

/** The virtual network in fair weather, made anew for each test. */
function createVirtualWorld(): World {
  let clock: VirtualClock = createVirtualClock()
  let network: VirtualNetwork | undefined
  let networks: Network[] = []

  return {
    async create(count) {
      network ??= createVirtualNetwork(clock, createRandom(0), { delay: { lowest: 1, highest: 20 }, loss: 0 })
      const joined = Array.from({ length: count }, (_, i) => network?.join(`peer-${networks.length + i}`) as Network)
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

networkCompliance('the simulation', createVirtualWorld())
