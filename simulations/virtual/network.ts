import { HearsayError } from '../../src/errors.ts'
import type { Channel, Clock, Network, NetworkHandlers, PeerId, Traffic } from '../../src/gossip/ports.ts'
import { ConnectionLostError } from '../../src/gossip/streams/stream-errors.ts'
import type { Random } from '../../src/random/random.ts'
import { parseDelay } from '../delay.ts'
import type { Bandwidth } from '../environment.ts'
import { type End, type Endpoint, type Medium, openStream } from './streams.ts'

/** How the virtual network treats messages. */
export interface NetworkConditions {
  /** One-way delay, drawn for each message: a distribution that `parseDelay` reads, in milliseconds. */
  readonly delay: string
  /**
   * Probability that a message is lost. A lost announcement is not heard by that one receiver; a stream is reliable, so a
   * frame that is lost for good takes its stream with it: both ends see a reset, each in its time.
   */
  readonly loss: number
  /** Default: messages take no longer for being large. */
  readonly bandwidth?: Bandwidth
}

/** A peer's place on the network. */
export interface Place {
  /** Its messages take so many times longer, and its bandwidth is so many times smaller; read for each of them. Default: 1. */
  readonly slowness?: number
  /** The peers that hear what it announces. Default: all. */
  readonly partialView?: readonly PeerId[]
}

/** Nobody answers there. */
export class UnreachableError extends HearsayError {
  override readonly name = 'UnreachableError'
}

/** A network of peers in one process, in virtual time. */
export interface VirtualNetwork {
  /** A port for a peer of this name, not started. A name can come back after its former port stopped or was killed. */
  join(peer: PeerId, place?: Place): Network
  /** The peer's process ends at once, in the middle of whatever it was doing: its streams break, its port goes dead. */
  kill(peer: PeerId): void
  /** Resets every stream between two peers. */
  disconnect(a: PeerId, b: PeerId): void
  /** Cuts the world into those in the group and those outside; without an argument, heals it. */
  split(group?: ReadonlySet<PeerId>): void
  /** Messages sent so far, announcements counted once for each receiver. */
  messages(): number
  /** Bytes of them. */
  bytesSent(): number
  /** Bytes that a peer has carried, in all its lives. */
  traffic(peer: PeerId): Traffic
}

const BITS_PER_BYTE = 8

/** The rate of a bandwidth of 1 Mbit/s. */
const BITS_PER_MILLISECOND = 1_000

interface Node extends Endpoint {
  readonly partialView: readonly PeerId[] | undefined
  handlers: NetworkHandlers | undefined
  readonly connections: Set<Node>
  readonly banned: Set<PeerId>
  /** Those that were not there when they were called last. */
  readonly unreached: Set<PeerId>
  /** Totals of all its lives. */
  readonly traffic: { -readonly [Direction in keyof Traffic]: number }
}

/** A network on which nobody is yet. The same clock, random numbers and conditions give the same run. */
export function createVirtualNetwork(clock: Clock, random: Random, conditions: NetworkConditions): VirtualNetwork {
  const nodes = new Map<PeerId, Node>()
  const carried = new Map<PeerId, Node['traffic']>()
  let apart: ReadonlySet<PeerId> | undefined
  let messages = 0
  let bytesSent = 0

  const draw = parseDelay(conditions.delay)
  const { host, link } = conditions.bandwidth ?? {}

  const delay = (a: Endpoint, b: Endpoint) => draw(random) * Math.max(a.slowness, b.slowness)
  const lost = () => conditions.loss > 0 && random.uniform() < conditions.loss
  const isUp = (node: Node) => node.handlers !== undefined && nodes.get(node.peer) === node
  const reaches = (a: Node, b: Node) => apart === undefined || apart.has(a.peer) === apart.has(b.peer)

  /** Gives a node so many bytes to send. @returns milliseconds until the last of them has left */
  function sending(from: Endpoint, to: Endpoint, bytes: number): number {
    if (host === undefined && link === undefined) return 0
    const milliseconds = (bytes * BITS_PER_BYTE) / BITS_PER_MILLISECOND
    const now = clock.now()
    const begins = Math.max(now, from.idle)
    let left = begins
    if (host !== undefined) {
      left = begins + (milliseconds / host) * from.slowness
      from.idle = left
    }
    if (link !== undefined) {
      const slowness = Math.max(from.slowness, to.slowness)
      const through = Math.max(begins, from.linkIdle.get(to) ?? 0) + (milliseconds / link) * slowness
      from.linkIdle.set(to, through)
      left = Math.max(left, through)
    }
    return left - now
  }

  const medium: Medium = { clock, sending, delay, lost }

  function connect(a: Node, b: Node): void {
    if (a.connections.has(b)) return
    a.connections.add(b)
    b.connections.add(a)
    a.unreached.delete(b.peer)
    b.unreached.delete(a.peer)
    a.handlers?.connected(b.peer)
    b.handlers?.connected(a.peer)
  }

  function disconnect(a: Node, b: Node, reason: Error): void {
    for (const end of [...a.streams]) if (end.remote === b) end.fail(reason)
    for (const end of [...b.streams]) if (end.remote === a) end.fail(reason)
    if (!a.connections.delete(b)) return
    b.connections.delete(a)
    a.handlers?.disconnected(b.peer)
    b.handlers?.disconnected(a.peer)
  }

  function leave(node: Node, reason: Error): void {
    if (nodes.get(node.peer) !== node) return
    nodes.delete(node.peer)
    node.handlers = undefined
    for (const end of [...node.streams]) end.fail(reason)
    for (const other of [...node.connections]) {
      // The others learn of it when the broken connection reaches them.
      clock.after(delay(node, other), () => disconnect(node, other, new ConnectionLostError('the connection broke')))
    }
  }

  function receivers({ partialView }: Node): Iterable<Node> {
    return partialView === undefined ? nodes.values() : partialView.flatMap(peer => nodes.get(peer) ?? [])
  }

  function join(peer: PeerId, place: Place = {}): Network {
    const node: Node = {
      peer,
      get slowness() {
        return place.slowness ?? 1
      },
      partialView: place.partialView,
      handlers: undefined,
      connections: new Set(),
      banned: new Set(),
      unreached: new Set(),
      streams: new Set(),
      idle: 0,
      linkIdle: new Map(),
      traffic: carried.get(peer) ?? { bytesIn: 0, bytesOut: 0 },
      sent(bytes) {
        messages++
        bytesSent += bytes
        node.traffic.bytesOut += bytes
      },
      arrived(bytes) {
        node.traffic.bytesIn += bytes
      },
    }
    carried.set(peer, node.traffic)
    const before = { ...node.traffic }
    let stopped = false

    return {
      self: peer,
      async start(handlers) {
        node.handlers = handlers
        nodes.set(peer, node)
      },
      addresses: () => [],
      learn() {},
      forget() {},

      async open(other, channel, options) {
        // Nobody is there to be slow where the peer is down.
        const called = nodes.get(other) ?? node
        await clock.sleep(delay(node, called), options)
        const target = nodes.get(other)
        const refused =
          target === undefined || target === node || !isUp(node) || !isUp(target) || !reaches(node, target)
        if (refused) node.unreached.add(other)
        if (refused || target.banned.has(peer) || node.banned.has(other) || lost()) {
          throw new UnreachableError(`${other} cannot be reached`)
        }
        messages++
        connect(node, target)
        const [here, there] = openStream(medium, node, target)
        serve(target, channel, there)
        await clock.sleep(delay(target, node), options)
        return here.stream
      },

      async publish(announcement) {
        if (!isUp(node)) return
        for (const other of receivers(node)) {
          // Even where this peer is banned: others forward what it says.
          if (other === node || !isUp(other)) continue
          node.sent(announcement.byteLength)
          const sent = sending(node, other, announcement.byteLength)
          if (lost()) continue
          clock.after(sent + delay(node, other), () => {
            if (!isUp(other) || !reaches(node, other)) return
            other.arrived(announcement.byteLength)
            // Nobody hands anything on here: who hears it has heard its author.
            other.handlers?.announcement(peer, announcement, peer)
          })
        }
      },

      connections: () => [...node.connections].map(other => other.peer),
      // Nobody rests: to call one that is away costs a delay.
      unreached: () =>
        [...node.unreached].map(other => ({
          peer: other,
          obstacle: 'silent',
          reason: 'it cannot be reached',
          isResting: false,
        })),
      ban(other) {
        node.banned.add(other)
        for (const connected of [...node.connections]) {
          if (connected.peer === other) disconnect(node, connected, new ConnectionLostError('banned'))
        }
      },
      traffic: () => ({
        bytesIn: node.traffic.bytesIn - before.bytesIn,
        bytesOut: node.traffic.bytesOut - before.bytesOut,
      }),
      async stop() {
        if (stopped) return
        stopped = true
        leave(node, new ConnectionLostError('the network stopped'))
      },
    }
  }

  function serve(target: Node, channel: Channel, end: End): void {
    target.handlers?.stream(channel, end.stream).catch((error: Error) => end.stream.abort(error))
  }

  return {
    join,
    kill(peer) {
      const node = nodes.get(peer)
      if (node !== undefined) leave(node, new ConnectionLostError('killed'))
    },
    disconnect(a, b) {
      const [left, right] = [nodes.get(a), nodes.get(b)]
      if (left && right) disconnect(left, right, new ConnectionLostError('the connection broke'))
    },
    split(group) {
      apart = group
      for (const node of nodes.values()) {
        for (const other of [...node.connections]) {
          if (!reaches(node, other)) disconnect(node, other, new ConnectionLostError('the network fell apart'))
        }
      }
    },
    messages: () => messages,
    bytesSent: () => bytesSent,
    traffic: peer => carried.get(peer) ?? { bytesIn: 0, bytesOut: 0 },
  }
}
