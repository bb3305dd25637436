import { Uint8ArrayList } from 'uint8arraylist'
import type { AbortOptions, FrameStream } from '../../gossip/ports.ts'
import { ProtocolError, StreamEndedError } from '../../gossip/streams/stream-errors.ts'
import { abortable } from '../abortable.ts'
import { closeOrAbort } from '../close-or-abort.ts'
import { createFrameReader } from '../frame-reader.ts'
import { encodeFrame } from '../frames.ts'
import { PART_BYTES, REORDERED_BYTES } from './constants.ts'

/** Before each piece of the bytes stands which one it is, an unsigned 32-bit integer, big-endian. */
const NUMBER_BYTES = 4

/** One of the streams. */
interface Lane {
  readonly part: FrameStream
  /** Bytes that have come on it and wait for those of others. */
  held: number
}

/** A piece that has come. */
interface Piece {
  readonly bytes: Uint8Array
  readonly lane: Lane
}

/**
 * One stream of frames over several, to the same peer. What is written is cut into numbered pieces; each goes over whichever part has room, and is
 * put back in order at the other end. It ends with its last part, and breaks with its first.
 *
 * - A read that is cancelled takes nothing: the next one gets the frame.
 * - A write that is cancelled has sent all of the frame or nothing: it may still arrive, whole.
 * - A close that is cancelled resets all parts.
 */
export function createStripedStream(parts: readonly FrameStream[]): FrameStream {
  const lanes: readonly Lane[] = parts.map(part => ({ part, held: 0 }))
  const [{ peer, host }] = parts
  const broken = new AbortController()
  const change = createChange()
  const traffic = { bytesIn: 0, bytesOut: 0 }
  broken.signal.addEventListener('abort', change.happened, { once: true })

  function abort(reason: Error): void {
    if (broken.signal.aborted) return
    broken.abort(reason)
    for (const part of parts) part.abort(reason)
  }

  /** Pieces that have come before their turn. */
  const arrived = new Map<number, Piece>()
  let next = 0
  let ended = 0

  async function receive(lane: Lane): Promise<void> {
    try {
      for (;;) {
        // The piece that all wait for comes on a part that holds nothing: whatever came before on the same part has been read.
        await change.until(() => lane.held < REORDERED_BYTES, broken.signal)
        const read = await lane.part.read({ signal: broken.signal, most: NUMBER_BYTES + PART_BYTES })
        const number = new DataView(read.buffer, read.byteOffset, read.byteLength).getUint32(0, false)
        if (number < next || arrived.has(number)) throw new ProtocolError(`piece ${number} of a stream came twice`)
        const bytes = read.slice(NUMBER_BYTES)
        lane.held += bytes.byteLength
        traffic.bytesIn += bytes.byteLength
        arrived.set(number, { bytes, lane })
        change.happened()
      }
    } catch (error) {
      if (!(error instanceof StreamEndedError)) return abort(error as Error)
      ended++
      change.happened()
    }
  }

  async function* inOrder(): AsyncGenerator<Uint8ArrayList, void> {
    const isOver = () => ended === parts.length
    for (;;) {
      await change.until(() => arrived.has(next) || isOver(), broken.signal)
      const piece = arrived.get(next)
      if (piece === undefined) {
        if (arrived.size > 0) throw new ProtocolError(`piece ${next} of a stream never came`)
        return
      }
      arrived.delete(next++)
      piece.lane.held -= piece.bytes.byteLength
      change.happened()
      yield new Uint8ArrayList(piece.bytes)
    }
  }

  const read = createFrameReader(inOrder(), { broken: broken.signal, abort })
  for (const lane of lanes) void receive(lane)

  let written = 0
  /** Those that have room, the one that has had it for longest first: so all take part from the beginning. */
  const free = [...lanes]

  async function send(bytes: Uint8ArrayList): Promise<void> {
    while (bytes.byteLength > 0) {
      await change.until(() => free.length > 0, broken.signal)
      const lane = free.shift() as Lane
      const piece = new Uint8Array(NUMBER_BYTES + Math.min(bytes.byteLength, PART_BYTES))
      new DataView(piece.buffer).setUint32(0, written++, false)
      piece.set(bytes.subarray(0, piece.byteLength - NUMBER_BYTES), NUMBER_BYTES)
      bytes.consume(piece.byteLength - NUMBER_BYTES)
      traffic.bytesOut += piece.byteLength - NUMBER_BYTES
      lane.part
        .write(piece, { signal: broken.signal })
        .then(() => {
          free.push(lane)
          change.happened()
        })
        .catch(abort)
    }
  }

  /** Frames follow one another, also after one whose writer has given up. */
  let sending: Promise<void> = Promise.resolve()

  async function flushed({ signal }: AbortOptions): Promise<void> {
    await abortable(sending, signal)
    await change.until(() => free.length === lanes.length, AbortSignal.any([signal, broken.signal]))
  }

  return {
    peer,
    host,
    traffic,

    read,

    async write(frame, { signal }) {
      signal.throwIfAborted()
      broken.signal.throwIfAborted()
      const bytes = encodeFrame(frame)
      const sent = sending.then(() => send(bytes))
      sending = sent
      sent.catch(() => {})
      await abortable(sent, signal)
    },

    async close({ signal }) {
      const close = async () => {
        await flushed({ signal })
        await Promise.all(parts.map(part => part.close({ signal })))
      }
      await closeOrAbort(close, { signal, broken: broken.signal, abort })
    },

    abort,
  }
}

interface Change {
  happened(): void
  /** Waits until something holds, which is looked at after every change. Rejects with the signal's reason when it is aborted. */
  until(holds: () => boolean, signal: AbortSignal): Promise<void>
}

function createChange(): Change {
  let change = Promise.withResolvers<void>()
  return {
    happened() {
      change.resolve()
      change = Promise.withResolvers()
    },
    async until(holds, signal) {
      signal.throwIfAborted()
      while (!holds()) await abortable(change.promise, signal)
    },
  }
}
