/**
 * Peers that hold parameters, exchange and settle over the virtual network, and do nothing by themselves.
 *
 * @packageDocumentation
 */

import { createVirtualClock, type VirtualClock } from '../../simulations/virtual/clock.ts'
import { createVirtualNetwork, type VirtualNetwork } from '../../simulations/virtual/network.ts'
import type { Channel, FrameStream } from '../../src/gossip/ports.ts'
import { createRandom } from '../../src/random/random.ts'
import { decorateStreams, type Side } from '../simulations/decorated-network.ts'
import { createReplicaPeer, forever, type ReplicaPeer, type ReplicaPeerOptions } from './replica-peer.ts'

export { forever }

export interface ReplicaSwarm {
  readonly clock: VirtualClock
  readonly network: VirtualNetwork
  readonly peers: readonly ReplicaPeer[]
  /** Lets time pass until the promise has settled, and nothing that it set off is under way. */
  run<T>(promise: Promise<T>): Promise<T>
  sum(): number[]
}

export interface ReplicaSwarmOptions extends Omit<ReplicaPeerOptions, 'age'> {
  readonly delay?: string
  readonly decorate?: (stream: FrameStream, channel: Channel, side: Side, self: string) => FrameStream
}

export async function createReplicaSwarm(
  vectors: readonly ArrayLike<number>[],
  { delay = '10', decorate = stream => stream, ...options }: ReplicaSwarmOptions = {},
): Promise<ReplicaSwarm> {
  const clock = createVirtualClock()
  const network = createVirtualNetwork(clock, createRandom('swarm of replicas'), { delay, loss: 0 })
  const peers = await Promise.all(
    vectors.map((vector, age) => {
      const name = 'abcdefgh'[age]
      const port = decorateStreams(network.join(name), (stream, channel, side) => decorate(stream, channel, side, name))
      return createReplicaPeer(port, clock, vector, { ...options, age })
    }),
  )
  return {
    clock,
    network,
    peers,
    async run(promise) {
      let over = false
      const end = () => {
        over = true
      }
      promise.then(end, end)
      await clock.run(() => over && peers.every(({ answering }) => answering === 0))
      return await promise
    },
    sum: () =>
      [...peers[0].replica.parameters.keys()].map(i =>
        peers.reduce((total, { replica }) => total + replica.parameters[i], 0),
      ),
  }
}
