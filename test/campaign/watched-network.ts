import { MAX_ANNOUNCEMENT_BYTES } from '../../src/gossip/membership/constants.ts'
import type { Clock, FrameStream, Network, NetworkHandlers, Random } from '../../src/gossip/ports.ts'
import { MAX_CONTROL_BYTES } from '../../src/gossip/streams/constants.ts'
import { decorateStreams, frameType } from '../simulations/decorated-network.ts'
import type { MessageType, Moment, Schedule } from './schedule.ts'

/** How long an announcement is held back, at most: some are said meanwhile. */
const HELD_MS = 3_000

export interface Watch {
  readonly clock: Clock
  readonly random: Random
  readonly conditions: Schedule['conditions']
  alive(): boolean
  /** The peer has come to this moment on this stream, and may be dead after it. */
  reach(moment: Moment, stream: FrameStream): void
  banned(peer: string): void
  tooLong(what: string): void
}

/** A peer's network on which announcements come twice and in another order, and every message of an exchange or a settlement is a moment. */
export function watchNetwork(network: Network, watch: Watch): Network {
  const never = () => new Promise<never>(() => {})

  function watchStream(stream: FrameStream): FrameStream {
    return {
      ...stream,
      async write(frame, options) {
        const type = frameType(frame) as MessageType
        if (type !== 'frame' && frame.length > MAX_CONTROL_BYTES) watch.tooLong(`${type} of ${frame.length} bytes`)
        watch.reach(`sends ${type}`, stream)
        if (!watch.alive()) return never()
        const written = stream.write(frame, options)
        watch.reach(`has sent ${type}`, stream)
        if (watch.alive()) return written
        // Nobody is left to hear whether it came through.
        written.catch(() => {})
        return never()
      },
      async read(options) {
        const frame = await stream.read(options)
        watch.reach(`has received ${frameType(frame) as MessageType}`, stream)
        return watch.alive() ? frame : never()
      },
    }
  }

  function watchAnnouncements(handlers: NetworkHandlers): NetworkHandlers {
    const { clock, random, conditions } = watch
    return {
      ...handlers,
      announcement(from, bytes, forwarder) {
        const later = () => {
          clock.after(HELD_MS * random.uniform(), () => handlers.announcement(from, bytes, forwarder))
        }
        if (random.uniform() < conditions.reordered) {
          later()
          return 'ignore'
        }
        if (random.uniform() < conditions.duplicated) later()
        return handlers.announcement(from, bytes, forwarder)
      },
    }
  }

  const watched = decorateStreams(network, (stream, channel) =>
    channel === 'exchange' || channel === 'settle' ? watchStream(stream) : stream,
  )
  return {
    ...watched,
    start: handlers => watched.start(watchAnnouncements(handlers)),
    async publish(announcement) {
      if (announcement.length > MAX_ANNOUNCEMENT_BYTES) watch.tooLong(`an announcement of ${announcement.length} bytes`)
      await watched.publish(announcement)
    },
    ban(peer) {
      watch.banned(peer)
      watched.ban(peer)
    },
  }
}
