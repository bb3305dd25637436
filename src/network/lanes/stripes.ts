/**
 * How a stream goes over several connections to the same member: its opener opens one part on each, and says first on each to which stream it
 * belongs; the other side puts them together when the last has come.
 *
 * @packageDocumentation
 */

import { randomBytes } from 'node:crypto'
import type { AbortOptions, Channel, FrameStream, PeerId } from '../../gossip/ports.ts'
import { ProtocolError } from '../../gossip/streams/stream-errors.ts'
import { UnreachableError } from '../errors.ts'
import { GATHER_MS, MAX_GATHERED, MAX_LANES } from './constants.ts'
import { createStripedStream } from './striped-stream.ts'

/** Channels over which models go; of the others each says too little to be worth it. */
const STRIPED = ['exchange', 'fetch'] as const satisfies readonly Channel[]

export type StripedChannel = (typeof STRIPED)[number]

const ID_BYTES = 16
/** Channel, number of parts, and which one of them; then the stream's id. */
const HEADER_BYTES = 3 + ID_BYTES

interface Header {
  readonly channel: StripedChannel
  readonly parts: number
  readonly index: number
  readonly id: string
}

export function isStriped(channel: Channel): channel is StripedChannel {
  return STRIPED.some(one => one === channel)
}

/** One stream over as many as are given, which were opened for it and say nothing else. */
export async function stripe(
  channel: StripedChannel,
  parts: readonly FrameStream[],
  options: AbortOptions,
): Promise<FrameStream> {
  const id = randomBytes(ID_BYTES)
  const header = (index: number) => Buffer.concat([Uint8Array.of(STRIPED.indexOf(channel), parts.length, index), id])
  await Promise.all(parts.map((part, index) => part.write(header(index), options)))
  return createStripedStream(parts)
}

/** Puts together the streams whose parts others open. */
export interface Gathering {
  /**
   * Takes one part.
   *
   * @returns the stream, with the last of its parts
   * @throws ProtocolError, UnreachableError for a part of nothing that could be put together
   */
  take(part: FrameStream): Promise<{ readonly channel: StripedChannel; readonly stream: FrameStream } | undefined>
}

interface Gathered {
  readonly peer: PeerId
  readonly parts: (FrameStream | undefined)[]
  readonly timer: NodeJS.Timeout
}

export function createGathering(): Gathering {
  const gathered = new Map<string, Gathered>()

  function drop(key: string, reason: Error): void {
    const dropped = gathered.get(key)
    gathered.delete(key)
    clearTimeout(dropped?.timer)
    for (const part of dropped?.parts ?? []) part?.abort(reason)
  }

  function begin(key: string, peer: PeerId, parts: number): Gathered {
    const others = [...gathered.values()].filter(one => one.peer === peer)
    if (others.length >= MAX_GATHERED) throw new UnreachableError('too many streams of it are in parts')
    const late = () =>
      drop(key, new UnreachableError(`the parts of a stream have not come within ${GATHER_MS / 1000} s`))
    const begun = { peer, parts: new Array(parts).fill(undefined), timer: setTimeout(late, GATHER_MS).unref() }
    gathered.set(key, begun)
    return begun
  }

  return {
    async take(part) {
      const { channel, parts, index, id } = decodeHeader(
        await part.read({ signal: AbortSignal.timeout(GATHER_MS), most: HEADER_BYTES }),
      )
      const key = `${part.peer} ${id}`
      const one = gathered.get(key) ?? begin(key, part.peer, parts)
      if (one.parts.length !== parts || one.parts[index] !== undefined) {
        const reason = new ProtocolError('a part of a stream that does not go with the others')
        drop(key, reason)
        throw reason
      }
      one.parts[index] = part
      const complete = one.parts.filter(each => each !== undefined)
      if (complete.length < parts) return undefined
      gathered.delete(key)
      clearTimeout(one.timer)
      return { channel, stream: createStripedStream(complete) }
    },
  }
}

/** @throws ProtocolError */
function decodeHeader(bytes: Uint8Array): Header {
  const [kind, parts, index] = bytes
  const channel = STRIPED[kind]
  const isWhole = bytes.byteLength === HEADER_BYTES && channel !== undefined
  if (!isWhole || parts < 1 || parts > MAX_LANES || index >= parts) {
    throw new ProtocolError('the beginning of a part says nothing that could be')
  }
  return { channel, parts, index, id: Buffer.from(bytes.subarray(HEADER_BYTES - ID_BYTES)).toString('hex') }
}
