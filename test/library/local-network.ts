import { createVirtualNetwork } from '../../simulations/virtual/network.ts'
import { systemClock } from '../../src/library/system-clock.ts'
import { createRandom } from '../../src/random/random.ts'

/** A network between peers of this process, over no socket. */
export function createLocalNetwork() {
  return createVirtualNetwork(systemClock, createRandom('own network'), { delay: '0', loss: 0 })
}
