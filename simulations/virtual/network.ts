import { HearsayError } from '../../src/errors.ts'
import { MAX_FRAME_BYTES } from '../../src/gossip/constants.ts'
import type { AbortOptions, Channel, FrameStream, Network, NetworkHandlers, PeerId } from '../../src/gossip/ports.ts'
import { ConnectionLostError, ProtocolError, StreamEndedError } from '../../src/gossip/stream-errors.ts'
import type { Random } from '../../src/random/random.ts'
import { parseDelay } from '../delay.ts'
import type { Bandwidth } from '../options.ts'
import type { VirtualClock } from './clock.ts'

/** How the virtual network treats what is sent. */
export interface Weather {
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

/** Where a peer is on the network. */
export interface Place {
  /** Its messages take so many times longer, and its bandwidth is so many times smaller. Default: 1. */
  readonly slowness?: number
  /** Those who hear what it announces. Default: everybody. */
  readonly audience?: readonly PeerId[]
}

/** Nobody answers there. */
export class UnreachableError extends HearsayError {
  override readonly name = 'UnreachableError'
}

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

/**
 * Bytes written to a stream and not read yet, beyond which its writer waits; as large as the window of the real network.
 */
const WINDOW_BYTES = 4 * 1024 * 1024

const BITS_PER_BYTE = 8

/** Of a bandwidth of 1 Mbit/s. */
const BITS_PER_MILLISECOND = 1_000

interface Traffic {
  readonly bytesIn: number
  readonly bytesOut: number
}

interface Node {
  readonly peer: PeerId
  readonly slowness: number
  readonly audience: readonly PeerId[] | undefined
  handlers: NetworkHandlers | undefined
  readonly connections: Set<Node>
  readonly banned: Set<PeerId>
  readonly streams: Set<End>
  /** When it has sent all that it was given, and what of it goes to each other. */
  idle: number
  readonly linkIdle: Map<Node, number>
  /** In all its lives. */
  readonly traffic: { -readonly [Direction in keyof Traffic]: number }
}

// Most queues are empty or hold one: an array that could take more would be most of what a stream takes.
const NOTHING: (Uint8Array | undefined)[] = []
const NOBODY: (() => void)[] = []

/** One end of a stream. */
interface End {
  readonly stream: FrameStream
  readonly node: Node
  readonly remote: Node
  fail(reason: Error): void
}

export function createVirtualNetwork(clock: VirtualClock, random: Random, weather: Weather): VirtualNetwork {
  const nodes = new Map<PeerId, Node>()
  const carried = new Map<PeerId, Node['traffic']>()
  let apart: ReadonlySet<PeerId> | undefined
  let messages = 0
  let bytesSent = 0

  const draw = parseDelay(weather.delay)
  const { host, link } = weather.bandwidth ?? {}

  const delay = (a: Node, b: Node) => draw(random) * Math.max(a.slowness, b.slowness)
  const lost = () => weather.loss > 0 && random.uniform() < weather.loss
  const isUp = (node: Node) => node.handlers !== undefined && nodes.get(node.peer) === node
  const reaches = (a: Node, b: Node) => apart === undefined || apart.has(a.peer) === apart.has(b.peer)

  /** Gives a node so many bytes to send. @returns milliseconds until the last of them has left */
  function sending(from: Node, to: Node, bytes: number): number {
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

  function connect(a: Node, b: Node): void {
    if (a.connections.has(b)) return
    a.connections.add(b)
    b.connections.add(a)
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

  function openStream(a: Node, b: Node): [End, End] {
    const there = { end: undefined as End | undefined }
    const here = createEnd(a, b, () => there.end as End)
    there.end = createEnd(b, a, () => here)
    return [here, there.end]
  }

  interface QueuedEnd extends End {
    /** A frame arrives; `undefined` is the end of the other side's writing. */
    deliver(frame: Uint8Array | undefined): void
    /** Bytes written to this end that nobody has read, under way or arrived. */
    unread: number
    wake(): void
  }

  function createEnd(node: Node, remote: Node, other: () => End): QueuedEnd {
    let inbox: (Uint8Array | undefined)[] = NOTHING
    let failure: Error | undefined
    let written = false
    /** Whether the other side's last frame has arrived. */
    let ended = false
    let arrival = 0
    /** Wakes whoever waits for this end to change. */
    let wakes: (() => void)[] = NOBODY

    const peerEnd = () => other() as QueuedEnd
    const wake = () => {
      const waiting = wakes
      wakes = NOBODY
      for (const one of waiting) one()
    }

    function fail(reason: Error): void {
      if (failure !== undefined) return
      failure = reason
      node.streams.delete(end)
      wake()
    }

    /** What both sides have ended, no broken connection can take back. */
    function forgetWhenDone(): void {
      if (written && ended) node.streams.delete(end)
    }

    function changed({ signal }: AbortOptions): Promise<void> {
      return new Promise((resolve, reject) => {
        const onAbort = () => reject(signal.reason)
        signal.addEventListener('abort', onAbort, { once: true })
        const wakeUp = () => {
          signal.removeEventListener('abort', onAbort)
          resolve()
        }
        wakes = wakes.length === 0 ? [wakeUp] : [...wakes, wakeUp]
      })
    }

    /** Puts a frame on its way, behind those before it. */
    function transmit(frame: Uint8Array | undefined): void {
      messages++
      const sent = sending(node, remote, frame?.byteLength ?? 0)
      arrival = Math.max(arrival, clock.now() + sent + delay(node, remote))
      if (lost()) {
        clock.after(arrival - clock.now(), () => peerEnd().fail(new ConnectionLostError('the connection broke')))
        clock.after(arrival - clock.now() + delay(remote, node), () =>
          fail(new ConnectionLostError('the connection broke')),
        )
        return
      }
      clock.after(arrival - clock.now(), () => peerEnd().deliver(frame))
    }

    const end: QueuedEnd = {
      node,
      remote,
      unread: 0,
      fail,
      deliver(frame) {
        if (failure !== undefined) return
        inbox = inbox.length === 0 ? [frame] : [...inbox, frame]
        if (frame === undefined) {
          ended = true
          forgetWhenDone()
        }
        node.traffic.bytesIn += frame?.byteLength ?? 0
        wake()
      },
      stream: {
        peer: remote.peer,
        async write(frame, options) {
          options.signal.throwIfAborted()
          if (failure !== undefined) throw failure
          if (written) throw new StreamEndedError('this side of the stream is closed')
          if (frame.byteLength > MAX_FRAME_BYTES) {
            throw new ProtocolError(`a frame of ${frame.byteLength} bytes; the longest has ${MAX_FRAME_BYTES}`)
          }
          peerEnd().unread += frame.byteLength
          node.traffic.bytesOut += frame.byteLength
          bytesSent += frame.byteLength
          // A copy: the writer may use its memory again.
          transmit(frame.slice())
          while (peerEnd().unread > WINDOW_BYTES) {
            await changed(options)
            if (failure !== undefined) throw failure
          }
        },
        async read(options) {
          options.signal.throwIfAborted()
          for (;;) {
            if (failure !== undefined) throw failure
            if (inbox.length > 0) {
              const frame = inbox[0]
              if (frame === undefined) throw new StreamEndedError('the other side closed the stream')
              inbox = inbox.length === 1 ? NOTHING : inbox.slice(1)
              end.unread -= frame.byteLength
              peerEnd().wake()
              return frame
            }
            await changed(options)
          }
        },
        async close() {
          if (failure !== undefined) throw failure
          if (written) return
          written = true
          forgetWhenDone()
          transmit(undefined)
        },
        abort(reason) {
          if (failure !== undefined) return
          fail(reason)
          clock.after(delay(node, remote), () =>
            peerEnd().fail(new ConnectionLostError('the other side reset the stream')),
          )
        },
      },
      wake,
    }
    node.streams.add(end)
    return end
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

  function hearers({ audience }: Node): Iterable<Node> {
    return audience === undefined ? nodes.values() : audience.flatMap(peer => nodes.get(peer) ?? [])
  }

  function join(peer: PeerId, { slowness = 1, audience }: Place = {}): Network {
    const node: Node = {
      peer,
      slowness,
      audience,
      handlers: undefined,
      connections: new Set(),
      banned: new Set(),
      streams: new Set(),
      idle: 0,
      linkIdle: new Map(),
      traffic: carried.get(peer) ?? { bytesIn: 0, bytesOut: 0 },
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

      async open(other, channel, options) {
        // Nobody is there to be slow where the peer is down.
        const called = nodes.get(other) ?? node
        await clock.sleep(delay(node, called), options)
        const target = nodes.get(other)
        const refused =
          target === undefined || target === node || !isUp(node) || !isUp(target) || !reaches(node, target)
        if (refused || target.banned.has(peer) || node.banned.has(other) || lost()) {
          throw new UnreachableError(`${other} cannot be reached`)
        }
        messages++
        connect(node, target)
        const [here, there] = openStream(node, target)
        serve(target, channel, there)
        await clock.sleep(delay(target, node), options)
        return here.stream
      },

      async publish(announcement) {
        if (!isUp(node)) return
        for (const other of hearers(node)) {
          // Even where this peer is banned: others forward what it says.
          if (other === node || !isUp(other)) continue
          messages++
          node.traffic.bytesOut += announcement.byteLength
          bytesSent += announcement.byteLength
          const sent = sending(node, other, announcement.byteLength)
          if (lost()) continue
          clock.after(sent + delay(node, other), () => {
            if (!isUp(other) || !reaches(node, other)) return
            other.traffic.bytesIn += announcement.byteLength
            other.handlers?.announcement(peer, announcement)
          })
        }
      },

      connections: () => [...node.connections].map(other => other.peer),
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
