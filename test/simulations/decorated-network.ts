import type { Channel, FrameStream, Network } from '../../src/gossip/ports.ts'

/** Which end of a stream: that of the peer that opened it, or of the one that was called. */
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

/** What a frame is: the type of a control message, or `data` for a part of a vector. */
export function frameType(frame: Uint8Array): string {
  // A part of a vector opens with the index of its first element; only one beyond 2 GB could open with a brace.
  if (frame[0] !== '{'.charCodeAt(0)) return 'data'
  return TYPE.exec(decoder.decode(frame.subarray(0, 40)))?.[1] ?? 'data'
}
