import type { AbortOptions, Clock, FrameStream, PeerId, ReadOptions } from '../../src/gossip/ports.ts'
import { MAX_FRAME_BYTES } from '../../src/gossip/streams/constants.ts'
import { ConnectionLostError, ProtocolError, StreamEndedError } from '../../src/gossip/streams/stream-errors.ts'

/** The medium that the streams of a virtual network run over. */
export interface Medium {
  readonly clock: Clock
  /** Gives a host so many bytes to send. @returns milliseconds until the last of them has left it */
  sending(from: Endpoint, to: Endpoint, bytes: number): number
  /** Draws how long what has left one host takes to the other, in milliseconds. */
  delay(from: Endpoint, to: Endpoint): number
  /** Draws whether a message is lost. */
  lost(): boolean
}

/** A host at which streams end. */
export interface Endpoint {
  readonly peer: PeerId
  /** Those that a broken connection would break. */
  readonly streams: Set<End>
  /** Its messages take so many times longer, and its bandwidth is so many times smaller. */
  readonly slowness: number
  /** When it has sent all that it was given, and what of it goes to each other. */
  idle: number
  readonly linkIdle: Map<Endpoint, number>
  /** Counts bytes that were sent, or arrived; a message without bytes only ends a stream. */
  sent(bytes: number): void
  arrived(bytes: number): void
}

/** One end of a stream. */
export interface End {
  readonly stream: FrameStream
  readonly remote: Endpoint
  /** The connection broke, or one side reset the stream. */
  fail(reason: Error): void
}

/**
 * Bytes written to a stream and not read yet, beyond which its writer waits; as large as the window of the real network.
 */
const WINDOW_BYTES = 4 * 1024 * 1024

/** The state of one end; there are two of them for every exchange of every peer, so it is small. */
interface State extends End {
  readonly traffic: { bytesIn: number; bytesOut: number }
  readonly host: Endpoint
  /** Set once, when there are both. */
  other: State | undefined
  /** Frames that have arrived and were not read; undefined is the end of the other side's writing. */
  inbox: readonly (Uint8Array | undefined)[]
  /** Bytes written to this end that nobody has read, under way or arrived. */
  unread: number
  /** When the last thing that was sent from here arrives. */
  arrival: number
  failure: Error | undefined
  /** Whether this side has ended its writing, and the other side its own. */
  written: boolean
  ended: boolean
  /** Wake those that wait for this end to change. */
  wakes: readonly (() => void)[]
}

// Almost always there is nothing to read, and nobody waits.
const NOTHING: State['inbox'] = []
const NOBODY: State['wakes'] = []

/** @returns the ends of a new stream, the first at `a` */
export function openStream(medium: Medium, a: Endpoint, b: Endpoint): [End, End] {
  const here = createEnd(medium, a, b)
  const there = createEnd(medium, b, a)
  here.other = there
  there.other = here
  return [here, there]
}

function createEnd(medium: Medium, host: Endpoint, remote: Endpoint): State {
  const traffic = { bytesIn: 0, bytesOut: 0 }
  const end: State = {
    host,
    remote,
    other: undefined,
    inbox: NOTHING,
    unread: 0,
    arrival: 0,
    failure: undefined,
    written: false,
    ended: false,
    wakes: NOBODY,
    fail: reason => fail(end, reason),
    traffic,
    stream: {
      peer: remote.peer,
      traffic,
      write: (frame, options) => write(medium, end, frame, options),
      read: options => read(medium, end, options),
      async close() {
        if (end.failure !== undefined) throw end.failure
        if (end.written) return
        end.written = true
        forgetWhenDone(end)
        transmit(medium, end, undefined)
      },
      abort: reason => abort(medium, end, reason),
    },
  }
  host.streams.add(end)
  return end
}

const otherOf = (end: State) => end.other as State

function wake(end: State): void {
  const waiting = end.wakes
  end.wakes = NOBODY
  for (const one of waiting) one()
}

function fail(end: State, reason: Error): void {
  if (end.failure !== undefined) return
  end.failure = reason
  end.host.streams.delete(end)
  wake(end)
}

function abort(medium: Medium, end: State, reason: Error): void {
  if (end.failure !== undefined) return
  fail(end, reason)
  const reset = new ConnectionLostError('the other side reset the stream')
  medium.clock.after(medium.delay(end.host, end.remote), () => fail(otherOf(end), reset))
}

/** Forgets a stream that both sides have ended: no broken connection can take it back. */
function forgetWhenDone(end: State): void {
  if (end.written && end.ended) end.host.streams.delete(end)
}

/** Puts a frame, or the end of them, on its way behind those before it. */
function transmit(medium: Medium, end: State, frame: Uint8Array | undefined): void {
  const { clock } = medium
  const { host, remote } = end
  const bytes = frame?.byteLength ?? 0
  host.sent(bytes)
  end.traffic.bytesOut += bytes
  const now = clock.now()
  const left = medium.sending(host, remote, bytes)
  end.arrival = Math.max(end.arrival, now + left + medium.delay(host, remote))
  const after = end.arrival - now
  if (medium.lost()) {
    const broken = new ConnectionLostError('the connection broke')
    clock.after(after, () => fail(otherOf(end), broken))
    clock.after(after + medium.delay(remote, host), () => fail(end, broken))
    return
  }
  clock.after(after, () => deliver(otherOf(end), frame))
}

function deliver(end: State, frame: Uint8Array | undefined): void {
  if (end.failure !== undefined) return
  end.inbox = end.inbox.length === 0 ? [frame] : [...end.inbox, frame]
  if (frame === undefined) {
    end.ended = true
    forgetWhenDone(end)
  }
  const bytes = frame?.byteLength ?? 0
  end.traffic.bytesIn += bytes
  end.host.arrived(bytes)
  wake(end)
}

async function write(medium: Medium, end: State, frame: Uint8Array, { signal }: AbortOptions): Promise<void> {
  signal.throwIfAborted()
  if (end.failure !== undefined) throw end.failure
  if (end.written) throw new StreamEndedError('this side of the stream is closed')
  if (frame.byteLength > MAX_FRAME_BYTES) {
    throw new ProtocolError(`a frame of ${frame.byteLength} bytes; the longest has ${MAX_FRAME_BYTES}`)
  }
  const other = otherOf(end)
  other.unread += frame.byteLength
  // A copy: the writer may use its memory again. Short ones share memory, which is quicker than one of their own.
  transmit(medium, end, Buffer.from(frame))
  if (other.unread <= WINDOW_BYTES) return
  await once(end, signal, () => {
    if (end.failure !== undefined) throw end.failure
    return other.unread <= WINDOW_BYTES ? true : undefined
  })
}

async function read(medium: Medium, end: State, { signal, most = MAX_FRAME_BYTES }: ReadOptions): Promise<Uint8Array> {
  signal.throwIfAborted()
  const arrived = take(medium, end, most)
  return arrived ?? (await once(end, signal, () => take(medium, end, most)))
}

/** The next frame, where it has arrived. */
function take(medium: Medium, end: State, most: number): Uint8Array | undefined {
  const { inbox, failure } = end
  if (failure !== undefined) throw failure
  if (inbox.length === 0) return undefined
  const [frame] = inbox
  if (frame === undefined) throw new StreamEndedError('the other side closed the stream')
  if (frame.byteLength > most) {
    const tooLong = new ProtocolError(`a frame of ${frame.byteLength} bytes exceeds ${most}`)
    abort(medium, end, tooLong)
    throw tooLong
  }
  end.inbox = inbox.length === 1 ? NOTHING : inbox.slice(1)
  end.unread -= frame.byteLength
  wake(otherOf(end))
  return frame
}

/** The first value that `look` gives: it is called whenever the end has changed. */
function once<T>(end: State, signal: AbortSignal, look: () => T | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    let over = false
    const onAbort = () => {
      over = true
      reject(signal.reason)
    }
    const onChange = () => {
      if (over) return
      let found: T | undefined
      try {
        found = look()
      } catch (error) {
        signal.removeEventListener('abort', onAbort)
        reject(error)
        return
      }
      if (found === undefined) {
        end.wakes = [...end.wakes, onChange]
        return
      }
      signal.removeEventListener('abort', onAbort)
      resolve(found)
    }
    end.wakes = [...end.wakes, onChange]
    signal.addEventListener('abort', onAbort, { once: true })
  })
}
