/**
 * Peers that hold parameters, exchange and settle over the virtual network, and do nothing by themselves.
 *
 * @packageDocumentation
 */

import { createVirtualClock, type VirtualClock } from '../../simulations/virtual/clock.ts'
import { createVirtualNetwork, type VirtualNetwork } from '../../simulations/virtual/network.ts'
import { createExchange, type Exchange } from '../../src/gossip/exchange.ts'
import type { AbortOptions, Channel, FrameStream, Network } from '../../src/gossip/ports.ts'
import { createReplica, type Replica } from '../../src/gossip/replica.ts'
import { createSettle, type Settle } from '../../src/gossip/settle.ts'
import { createRandom } from '../../src/random/random.ts'
import { decorateStreams, type Side } from '../simulations/decorated-network.ts'

export interface ReplicaPeer {
  readonly name: string
  readonly replica: Replica
  /** Everything that was added to the parameters, in order. */
  readonly added: Float32Array[]
  readonly exchange: Exchange
  readonly settle: Settle
  /** Why the last stream that this peer answered failed. */
  failure: Error | undefined
  closed: string | undefined
  /** How far a partner may be ahead. */
  patience: number
  average(partner: ReplicaPeer): Promise<void>
  settleWith(partner: ReplicaPeer): Promise<void>
}

export interface ReplicaSwarm {
  readonly clock: VirtualClock
  readonly network: VirtualNetwork
  readonly peers: readonly ReplicaPeer[]
  /** Lets time pass until the promise has settled, and nothing that it set off is under way. */
  run<T>(promise: Promise<T>): Promise<T>
  sum(): number[]
}

export interface ReplicaSwarmOptions {
  readonly delay?: string
  readonly maximumNorm?: number
  readonly decorate?: (stream: FrameStream, channel: Channel, side: Side, self: string) => FrameStream
}

export const forever: AbortOptions = { signal: new AbortController().signal }

export async function createReplicaSwarm(
  vectors: readonly (readonly number[])[],
  { delay = '10', maximumNorm = 1e9, decorate = stream => stream }: ReplicaSwarmOptions = {},
): Promise<ReplicaSwarm> {
  const clock = createVirtualClock()
  const network = createVirtualNetwork(clock, createRandom('swarm of replicas'), { delay, loss: 0 })

  let answering = 0

  async function createPeer(vector: readonly number[], index: number): Promise<ReplicaPeer> {
    const name = 'abcdefgh'[index]
    const port: Network = decorateStreams(network.join(name), (stream, channel, side) =>
      decorate(stream, channel, side, name),
    )
    const added: Float32Array[] = []
    const bare = createReplica({ parameters: Float32Array.from(vector), step: 0, age: index }, () =>
      clock.sleep(1, forever),
    )
    const replica: Replica = Object.defineProperty(bare, 'add', {
      value: ((add: Replica['add']) => (difference: Float32Array) => {
        added.push(difference.slice())
        add(difference)
      })(bare.add),
    })
    let count = 0
    const exchange = createExchange({
      self: name,
      replica,
      clock,
      maximumNorm,
      nextId: () => `${name}${count++}`,
      closed: () => peer.closed,
      behind: age => age - replica.age > peer.patience,
      applied: () => {},
    })
    const settle = createSettle({ replica, exchange, clock })

    async function over(stream: FrameStream, body: (stream: FrameStream) => Promise<void>): Promise<void> {
      try {
        await body(stream)
        await stream.close(forever)
      } catch (error) {
        stream.abort(error as Error)
        throw error
      }
    }

    const peer: ReplicaPeer = {
      name,
      replica,
      added,
      exchange,
      settle,
      failure: undefined,
      closed: undefined,
      patience: Number.POSITIVE_INFINITY,
      average: async partner =>
        over(await port.open(partner.name, 'exchange', forever), stream => exchange.initiate(stream, forever)),
      settleWith: async partner =>
        over(await port.open(partner.name, 'settle', forever), stream => settle.ask(stream, forever)),
    }
    await port.start({
      async stream(channel, stream) {
        const body = channel === 'settle' ? settle.answer : exchange.respond
        answering++
        await over(stream, one => body(one, forever)).catch(error => {
          peer.failure = error as Error
        })
        answering--
      },
      announcement: () => 'accept',
      connected() {},
      disconnected() {},
    })
    return peer
  }

  const peers = await Promise.all(vectors.map(createPeer))
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
      await clock.run(() => over && answering === 0)
      return await promise
    },
    sum: () =>
      [...peers[0].replica.parameters.keys()].map(i =>
        peers.reduce((total, { replica }) => total + replica.parameters[i], 0),
      ),
  }
}
