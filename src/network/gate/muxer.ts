import type { Connection, StreamMuxer, StreamMuxerFactory } from '@libp2p/interface'
import { yamux } from '@libp2p/yamux'
import type { Uint8ArrayList } from 'uint8arraylist'
import { FIRST_WINDOW_BYTES, MAX_STREAMS_PER_CONNECTION, READ_BUFFER_SPARE_BYTES } from '../constants.ts'
import { UnreachableError } from '../errors.ts'
import { STRANGER_BUFFER_BYTES, STRANGER_STREAMS } from './constants.ts'

/** yamux, with what it may hold of a connection: of strangers little, of members a window for each stream. */
export interface BoundedMuxer {
  readonly factory: StreamMuxerFactory
  /** The peer of a connection is a member: its streams from now on may hold a window each. */
  admit(connection: Connection): void
}

/** Bytes of a frame's header. */
const HEADER_BYTES = 12

/** @param window bytes that the other side of a member's stream may send before they are read */
export function createBoundedMuxer(window: number): BoundedMuxer {
  /** A connection and its muxer have the same list of streams. */
  const raises = new WeakMap<StreamMuxer['streams'], () => void>()

  function createStreamMuxer(connection: Parameters<StreamMuxerFactory['createStreamMuxer']>[0]): StreamMuxer {
    // yamux copies them for every stream.
    const streamOptions = { maxStreamWindowSize: FIRST_WINDOW_BYTES, maxReadBufferLength: STRANGER_BUFFER_BYTES }
    const muxer = yamux({
      maxInboundStreams: STRANGER_STREAMS,
      maxOutboundStreams: MAX_STREAMS_PER_CONNECTION,
      streamOptions,
    })().createStreamMuxer(connection)
    raises.set(muxer.streams, () => {
      streamOptions.maxStreamWindowSize = window
      streamOptions.maxReadBufferLength = window + READ_BUFFER_SPARE_BYTES
      Object.assign(muxer, { maxInboundStreams: MAX_STREAMS_PER_CONNECTION })
    })
    boundFrames(muxer, () => streamOptions.maxStreamWindowSize + HEADER_BYTES)
    return muxer
  }

  return {
    factory: { protocol: '/yamux/1.0.0', createStreamMuxer },
    admit: ({ streams }) => raises.get(streams)?.(),
  }
}

/** yamux waits for all of a frame before it looks whether the frame fits into a window; its length may say gibibytes. */
function boundFrames(muxer: StreamMuxer, most: () => number): void {
  const { buffer } = Reflect.get(muxer, 'decoder') as { readonly buffer: Uint8ArrayList }
  const onData: (data: Uint8Array | Uint8ArrayList) => void = Reflect.get(muxer, 'onData').bind(muxer)
  Object.assign(muxer, {
    onData(data: Uint8Array | Uint8ArrayList) {
      onData(data)
      if (buffer.byteLength > most()) throw new UnreachableError('a frame of yamux that is longer than a window')
    },
  })
}
