/**
 * A newcomer that fetches vectors, and peers that hand them out over the virtual network, honestly or not.
 *
 * @packageDocumentation
 */

import { createVirtualClock, type VirtualClock } from '../../simulations/virtual/clock.ts'
import { createVirtualNetwork, type VirtualNetwork } from '../../simulations/virtual/network.ts'
import { createSketcher } from '../../src/averaging/sketch.ts'
import { createEvents } from '../../src/gossip/events.ts'
import { createConduct } from '../../src/gossip/membership/conduct.ts'
import { SKETCH_BUCKETS } from '../../src/gossip/membership/constants.ts'
import { createMembership, type Member, type Membership } from '../../src/gossip/membership/membership.ts'
import { createStanding } from '../../src/gossip/membership/standing.ts'
import { createTimeouts } from '../../src/gossip/pace/timeouts.ts'
import type { FrameStream, Network, PeerId } from '../../src/gossip/ports.ts'
import { type Conversations, createConversations } from '../../src/gossip/streams/conversations.ts'
import { receive, send } from '../../src/gossip/streams/messages.ts'
import type { FetchedVector } from '../../src/gossip/sync/fetch.ts'
import { createServing, type Serve } from '../../src/gossip/sync/serving.ts'
import { createStateSync, type StateSync } from '../../src/gossip/sync/state-sync.ts'
import { vectorFrames } from '../../src/parameters/frames.ts'
import { hashParameters } from '../../src/parameters/hash.ts'
import type { Range } from '../../src/parameters/range.ts'
import { createRandom } from '../../src/random/random.ts'
import { announcementOf } from './announcements.ts'
import { never } from './byzantine-peer.ts'

/** A piece that somebody was asked for. */
export interface Asked extends Range {
  readonly peer: PeerId
}

export interface FetchingSwarm {
  readonly clock: VirtualClock
  readonly network: VirtualNetwork
  readonly newcomer: StateSync
  /** All that was asked for, in order. */
  readonly asked: readonly Asked[]
  /** Streams that the newcomer opened. */
  readonly streams: readonly PeerId[]
  readonly blamed: readonly PeerId[]
  /** How often, as the newcomer remembers it, this one gave another vector than was asked for. */
  misled(peer: PeerId): number
  readonly warnings: readonly string[]
  /** A peer that answers every request in its own way. It may go on listening where that returns true. */
  join(peer: PeerId, answer: (stream: FrameStream, piece: Range) => Promise<boolean>, slowness?: number): Promise<void>
  /** A peer that holds this vector, as it is at each moment, and gives it. */
  hold(peer: PeerId, vector: Float32Array, age?: number, slowness?: number): Promise<void>
  /** The newcomer hears a peer announce where it is. */
  announce(peer: PeerId, vector: Float32Array, age?: number, step?: number): void
  /** The newcomer hears a peer say goodbye. */
  leave(peer: PeerId): void
  /** Those that the newcomer has heard of. */
  members(): readonly Member[]
  /** Lets time pass until the promise has settled. */
  run<T>(promise: Promise<T>): Promise<T>
  wait(milliseconds: number): Promise<void>
}

export interface FetchingSwarmOptions {
  readonly length: number
  readonly target?: number
  readonly maximumNorm?: number
  readonly bandwidth?: number
}

export async function createFetchingSwarm({
  length,
  target = 1e-3,
  maximumNorm = 1e9,
  bandwidth,
}: FetchingSwarmOptions): Promise<FetchingSwarm> {
  const clock = createVirtualClock()
  const network = createVirtualNetwork(clock, createRandom('fetching'), {
    delay: '10',
    loss: 0,
    bandwidth: bandwidth === undefined ? undefined : { host: bandwidth },
  })
  const sketcher = createSketcher(length, SKETCH_BUCKETS, 7)
  const membership = createMembership(clock)
  const asked: Asked[] = []
  const streams: PeerId[] = []
  const blamed: PeerId[] = []
  const warnings: string[] = []
  const conduct = createConduct(clock)
  let sequence = 0

  function createPeer(
    port: Network,
    members: Membership,
    held: (hash: string | undefined) => FetchedVector | undefined,
    blame: (peer: PeerId) => void,
  ): { readonly vectors: StateSync; readonly serve: Serve; readonly conversations: Conversations } {
    const timeouts = createTimeouts()
    const scores = { penalise: blame }
    const events = createEvents((name, detail) => {
      if (name === 'warning' && 'message' in detail) warnings.push(detail.message)
    })
    const conversations = createConversations({ network: port, clock, timeouts, scores, events })
    const vectors = createStateSync({
      length,
      maximumNorm,
      target,
      sketcher,
      membership: members,
      conversations,
      clock,
      timeouts,
      random: createRandom(port.self),
      held,
      scores,
      conduct,
      events,
    })
    const standing = createStanding(clock, { hasAveragedWith: () => false })
    return { vectors, serve: createServing({ held, clock, timeouts, standing }), conversations }
  }

  async function listen(port: Network, answer: (stream: FrameStream) => Promise<void>): Promise<void> {
    await port.start({
      stream: (_channel, stream) => answer(stream),
      announcement: () => 'accept',
      connected() {},
      acquainted() {},
      disconnected() {},
    })
  }

  const own = network.join('newcomer')
  await listen(own, async () => {})
  const opened: Network = {
    ...own,
    open(peer, channel, options) {
      streams.push(peer)
      return own.open(peer, channel, options)
    },
  }

  return {
    clock,
    network,
    newcomer: createPeer(
      opened,
      membership,
      () => undefined,
      peer => blamed.push(peer),
    ).vectors,
    asked,
    streams,
    blamed,
    misled: peer => conduct.faults(peer)['wrong-vector'],
    warnings,

    join: (peer, answer, slowness) =>
      listen(network.join(peer, { slowness }), async stream => {
        for (let listening = true; listening; ) {
          const { first, end } = await receive(stream, 'fetch', never)
          asked.push({ peer, first, end })
          listening = await answer(stream, { first, end })
        }
      }),

    async hold(peer, vector, age = 0, slowness) {
      const port = network.join(peer, { slowness })
      const find = (wanted: string | undefined) =>
        wanted === undefined || wanted === hashOf(vector) ? { vector, age } : undefined
      const { serve, conversations } = createPeer(port, createMembership(clock), find, () => {})
      await listen(port, stream =>
        conversations.over(
          noting(stream, piece => asked.push({ peer, ...piece })),
          'fetch',
          never,
          one => serve(one, never),
        ),
      )
    },

    announce(peer, vector, age = 0, step = age) {
      membership.hear(peer, announcementOf({ sequence: sequence++, age, step, sketch: sketcher.sketch(vector) }))
    },
    leave(peer) {
      membership.hear(peer, announcementOf({ sequence: sequence++, phase: 'left' }))
    },
    members: () => membership.alive(),

    async run(promise) {
      let over = false
      const end = () => {
        over = true
      }
      promise.then(end, end)
      await clock.run(() => over)
      return await promise
    },
    async wait(milliseconds) {
      const end = clock.now() + milliseconds
      clock.after(milliseconds, () => {})
      await clock.run(() => clock.now() >= end)
    },
  }
}

const hashes = new WeakMap<Float32Array, string>()

/** The hash of a vector that keeps still; several peers hold the same one. */
export function hashOf(vector: Float32Array): string {
  const hash = hashes.get(vector) ?? hashParameters(vector)
  hashes.set(vector, hash)
  return hash
}

/** A stream of which somebody hears what is asked for on it. */
function noting(stream: FrameStream, note: (piece: Range) => void): FrameStream {
  return {
    ...stream,
    async read(options) {
      const frame = await stream.read(options)
      const { first, end } = JSON.parse(Buffer.from(frame).toString()) as Range
      note({ first, end })
      return frame
    },
  }
}

/** The answer of an honest peer to a request, frame by frame. */
export function answerTo(vector: Float32Array, { first, end }: Range, age = 0): Uint8Array[] {
  return [
    document({ type: 'vector', length: vector.length, age }),
    ...vectorFrames(vector, first, end),
    document({ type: 'digest', hash: hashParameters(vector.subarray(first, end)) }),
  ]
}

export function document(content: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(content))
}

/** Gives this vector, whatever it was asked for. */
export function giving(vector: Float32Array): (stream: FrameStream, piece: Range) => Promise<boolean> {
  return async (stream, piece) => {
    for (const frame of answerTo(vector, piece)) await stream.write(frame, never)
    return true
  }
}

export async function refuse(stream: FrameStream): Promise<boolean> {
  await send(stream, { type: 'refuse', reason: 'not now' }, never)
  return false
}
