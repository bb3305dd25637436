import { createVirtualClock } from '../../simulations/virtual/clock.ts'
import { createVirtualDisk, type VirtualDisk } from '../../simulations/virtual/disk.ts'
import { createVirtualNetwork, type NetworkConditions } from '../../simulations/virtual/network.ts'
import type { Network } from '../../src/gossip/ports.ts'
import { createRandom } from '../../src/random/random.ts'
import { createNamespaces } from '../../src/standardise/namespaces.ts'
import {
  type AgreedStatistics,
  createStatistics,
  type OwnStatistics,
  type Statistics,
} from '../../src/standardise/statistics.ts'

export interface Peer {
  readonly statistics: Statistics
  readonly network: Network
  /** Newest last. */
  readonly agreed: AgreedStatistics[]
  readonly said: string[]
  readonly disks: Record<'means' | 'variations', VirtualDisk>
}

export interface Given {
  readonly disks?: Peer['disks']
  readonly own: OwnStatistics
  /** Default: 2. */
  readonly minimumPeers?: number
  /** Default: until this peer has agreed on something. */
  readonly isOpen?: () => boolean
}

/** Peers that agree on statistics over a virtual network. */
export function createStatisticsSwarm(conditions: NetworkConditions = { delay: '1-20', loss: 0 }) {
  const clock = createVirtualClock()
  const virtual = createVirtualNetwork(clock, createRandom('weather'), conditions)

  return {
    clock,
    virtual,
    async start(index: number, given: Given): Promise<Peer> {
      const agreed: AgreedStatistics[] = []
      const said: string[] = []
      const disks = given.disks ?? { means: createVirtualDisk(), variations: createVirtualDisk() }
      const namespaces = createNamespaces(virtual.join(`peer-${index}`), clock)
      await namespaces.main.start({
        stream: async () => {},
        announcement: () => 'accept',
        connected() {},
        acquainted() {},
        disconnected() {},
      })
      const statistics = createStatistics({
        swarm: 'c0'.repeat(32),
        recipe: {},
        namespaces,
        clock,
        random: createRandom(`peer-${index}`),
        own: given.own,
        minimumPeers: given.minimumPeers ?? 2,
        isOpen: given.isOpen ?? (() => agreed.length === 0),
        storage: kind => disks[kind].open(clock),
        emit: (name, detail) =>
          said.push(`${name} ${'message' in detail ? detail.message : 'error' in detail ? detail.error.message : ''}`),
        onAgreed: statistics => agreed.push(statistics),
      })
      await statistics.start()
      return { statistics, network: namespaces.main, agreed, said, disks }
    },
    async wait(milliseconds: number) {
      const end = clock.now() + milliseconds
      clock.after(milliseconds, () => {})
      await clock.run(() => clock.now() >= end)
    },
    until: (holds: () => boolean, limit = 300_000) => clock.run(holds, clock.now() + limit),
  }
}
