import type { Channel, FrameStream, Network } from '../../src/gossip/ports.ts'

/** The end of a stream: that of the peer that opened it, or of the one that was called. */
export type Side = 'opener' | 'called'

/** A network whose streams are all passed through `decorate`, at both ends. */
export function decorateStreams(
  network: Network,
  decorate: (stream: FrameStream, channel: Channel, side: Side) => FrameStream,
): Network {
  return {
    ...network,
    start: handlers =>
      network.start({
        ...handlers,
        stream: (channel, stream) => handlers.stream(channel, decorate(stream, channel, 'called')),
      }),
    open: async (peer, channel, options) => decorate(await network.open(peer, channel, options), channel, 'opener'),
  }
}

const decoder = new TextDecoder()
const TYPE = /^\{"type":"(\w+)"/

/**
 * The type of a frame of the core's: that of a control message; in an exchange, `frame` where it carries a part of the
 * parameters and `mark` where it only says how far the exchange has come.
 */
export function frameType(frame: Uint8Array): string {
  // Nothing that is binary opens with what every control message opens with.
  return TYPE.exec(decoder.decode(frame.subarray(0, 40)))?.[1] ?? (frame.length === 4 ? 'mark' : 'frame')
}
