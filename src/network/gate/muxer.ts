import type { Connection, CreateStreamOptions, Stream, StreamMuxer, StreamMuxerFactory } from '@libp2p/interface'
import { yamux } from '@libp2p/yamux'
import type { Uint8ArrayList } from 'uint8arraylist'
import { MAX_STREAMS_PER_CONNECTION, READ_BUFFER_SPARE_BYTES, WINDOW_UPDATE_BYTES } from '../constants.ts'
import { speakEarly } from '../early-protocol.ts'
import { UnreachableError } from '../errors.ts'
import { protocolOf } from '../protocols.ts'
import { STRANGER_STREAMS } from './constants.ts'

/** yamux, with what it may hold of a connection. */
export interface BoundedMuxer {
  readonly factory: StreamMuxerFactory
  /** The peer of a connection is a member, and may have more streams. */
  admit(connection: Connection): void
  /** In how many milliseconds the other side has answered that it speaks a stream's protocol; undefined of one that was waited for. */
  answered(stream: Stream): Promise<number> | undefined
}

const EXCHANGE_PROTOCOL = protocolOf('exchange')

/** Bytes of a frame's header. */
const HEADER_BYTES = 12

/** @param window bytes that the other side of a stream may send before they are read */
export function createBoundedMuxer(window: number): BoundedMuxer {
  /** A connection and its muxer have the same list of streams. */
  const muxers = new WeakMap<StreamMuxer['streams'], StreamMuxer>()
  const answers = new WeakMap<Stream, Promise<number>>()
  const inner = yamux({
    maxInboundStreams: STRANGER_STREAMS,
    maxOutboundStreams: MAX_STREAMS_PER_CONNECTION,
    streamOptions: { maxStreamWindowSize: window, maxReadBufferLength: window + READ_BUFFER_SPARE_BYTES },
  })()

  return {
    factory: {
      protocol: inner.protocol,
      createStreamMuxer(connection) {
        const muxer = inner.createStreamMuxer(connection)
        muxers.set(muxer.streams, muxer)
        boundFrames(muxer, window + HEADER_BYTES)
        saveWindowUpdates(muxer)
        speakExchangesEarly(muxer, answers)
        return muxer
      },
    },
    admit({ streams }) {
      const muxer = muxers.get(streams)
      if (muxer !== undefined) Object.assign(muxer, { maxInboundStreams: MAX_STREAMS_PER_CONNECTION })
    },
    answered: stream => answers.get(stream),
  }
}

/** Members speak of exchanges, each over a stream of its own: that they do is known by the time that one begins. */
function speakExchangesEarly(muxer: StreamMuxer, answers: WeakMap<Stream, Promise<number>>): void {
  const create = muxer.createStream.bind(muxer)
  Object.assign(muxer, {
    async createStream(options: CreateStreamOptions = {}) {
      const stream = await create(options)
      const { protocol } = options
      if (protocol === EXCHANGE_PROTOCOL) answers.set(stream, speakEarly(stream, protocol))
      return stream
    },
  })
}

/** yamux waits for all of a frame before it looks whether the frame fits into a window; its length may say gibibytes. */
function boundFrames(muxer: StreamMuxer, most: number): void {
  const { buffer } = Reflect.get(muxer, 'decoder') as { readonly buffer: Uint8ArrayList }
  const onData: (data: Uint8Array | Uint8ArrayList) => void = Reflect.get(muxer, 'onData').bind(muxer)
  Object.assign(muxer, {
    onData(data: Uint8Array | Uint8ArrayList) {
      onData(data)
      if (buffer.byteLength > most) throw new UnreachableError('a frame of yamux that is longer than a window')
    },
  })
}

/** yamux answers every frame of data with an update of its window, however little of it is used: as many frames again as there are messages. */
function saveWindowUpdates(muxer: StreamMuxer): void {
  const create: (...args: unknown[]) => Stream = Reflect.get(muxer, '_newStream').bind(muxer)
  Object.assign(muxer, {
    _newStream(...args: unknown[]) {
      const stream = create(...args)
      const update: () => void = Reflect.get(stream, 'sendWindowUpdate').bind(stream)
      let isOpen = false
      Object.assign(stream, {
        sendWindowUpdate() {
          const used = Reflect.get(stream, 'recvWindow') - Reflect.get(stream, 'recvWindowCapacity')
          // The first one opens the stream.
          if (isOpen && used < WINDOW_UPDATE_BYTES) return
          isOpen = true
          update()
        },
      })
      return stream
    },
  })
}
