import { HearsayError } from '../src/errors.ts'
import { MAX_FRAME_BYTES } from '../src/gossip/constants.ts'
import type { AbortOptions, Channel, FrameStream, Network, NetworkHandlers, PeerId } from '../src/gossip/ports.ts'
import { ConnectionLostError, ProtocolError, StreamEndedError } from '../src/gossip/stream-errors.ts'
import type { Random } from '../src/random/random.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** How the virtual network treats what is sent. */
export interface Weather {
  /** One-way delay, drawn uniformly for each message, in milliseconds. */
  readonly delay: { readonly lowest: number; readonly highest: number }
  /**
   * Probability that a message is lost. A lost announcement is not heard by that one receiver; a stream is reliable, so a
   * frame that is lost for good takes its stream with it: both ends see a reset, each in its time.
   */
  readonly loss: number
}

/** Nobody answers there. */
export class UnreachableError extends HearsayError {
  override readonly name = 'UnreachableError'
}

export interface VirtualNetwork {
  /** A port for a peer of this name, not started. A name can come back after its former port stopped or was killed. */
  join(peer: PeerId): Network
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
}

/**
 * Bytes written to a stream and not read yet, beyond which its writer waits; as large as the window of the real network.
 */
const WINDOW_BYTES = 4 * 1024 * 1024

interface Node {
  readonly peer: PeerId
  handlers: NetworkHandlers | undefined
  readonly connections: Set<Node>
  readonly banned: Set<PeerId>
  readonly streams: Set<End>
  bytesIn: number
  bytesOut: number
}

/** One end of a stream. */
interface End {
  readonly stream: FrameStream
  readonly node: Node
  readonly remote: Node
  fail(reason: Error): void
}

export function createVirtualNetwork(clock: VirtualClock, random: Random, weather: Weather): VirtualNetwork {
  const nodes = new Map<PeerId, Node>()
  let apart: ReadonlySet<PeerId> | undefined
  let messages = 0
  let bytesSent = 0

  const delay = () => weather.delay.lowest + (weather.delay.highest - weather.delay.lowest) * random.uniform()
  const lost = () => weather.loss > 0 && random.uniform() < weather.loss
  const isUp = (node: Node) => node.handlers !== undefined && nodes.get(node.peer) === node
  const reaches = (a: Node, b: Node) => apart === undefined || apart.has(a.peer) === apart.has(b.peer)

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
    const inbox: (Uint8Array | undefined)[] = []
    let failure: Error | undefined
    let written = false
    let arrival = 0
    /** Wakes whoever waits for this end to change. */
    let wakes: (() => void)[] = []

    const peerEnd = () => other() as QueuedEnd
    const wake = () => {
      const waiting = wakes
      wakes = []
      for (const one of waiting) one()
    }

    function fail(reason: Error): void {
      if (failure !== undefined) return
      failure = reason
      node.streams.delete(end)
      wake()
    }

    function changed({ signal }: AbortOptions): Promise<void> {
      return new Promise((resolve, reject) => {
        const onAbort = () => reject(signal.reason)
        signal.addEventListener('abort', onAbort, { once: true })
        wakes.push(() => {
          signal.removeEventListener('abort', onAbort)
          resolve()
        })
      })
    }

    /** Puts a frame on its way, behind those before it. */
    function transmit(frame: Uint8Array | undefined): void {
      messages++
      arrival = Math.max(arrival, clock.now() + delay())
      if (lost()) {
        clock.after(arrival - clock.now(), () => peerEnd().fail(new ConnectionLostError('the connection broke')))
        clock.after(arrival - clock.now() + delay(), () => fail(new ConnectionLostError('the connection broke')))
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
        inbox.push(frame)
        node.bytesIn += frame?.byteLength ?? 0
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
          node.bytesOut += frame.byteLength
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
              inbox.shift()
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
          transmit(undefined)
        },
        abort(reason) {
          if (failure !== undefined) return
          fail(reason)
          clock.after(delay(), () => peerEnd().fail(new ConnectionLostError('the other side reset the stream')))
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
      clock.after(delay(), () => disconnect(node, other, new ConnectionLostError('the connection broke')))
    }
  }

  function join(peer: PeerId): Network {
    const node: Node = {
      peer,
      handlers: undefined,
      connections: new Set(),
      banned: new Set(),
      streams: new Set(),
      bytesIn: 0,
      bytesOut: 0,
    }
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
        await clock.sleep(delay(), options)
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
        await clock.sleep(delay(), options)
        return here.stream
      },

      async publish(announcement) {
        if (!isUp(node)) return
        for (const other of nodes.values()) {
          // Even where this peer is banned: others forward what it says.
          if (other === node || !isUp(other)) continue
          messages++
          node.bytesOut += announcement.byteLength
          bytesSent += announcement.byteLength
          if (lost()) continue
          clock.after(delay(), () => {
            if (!isUp(other) || !reaches(node, other)) return
            other.bytesIn += announcement.byteLength
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
      traffic: () => ({ bytesIn: node.bytesIn, bytesOut: node.bytesOut }),
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
  }
}
