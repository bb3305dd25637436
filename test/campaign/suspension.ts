import type { VirtualClock } from '../../simulations/virtual/clock.ts'
import type { AbortOptions, Clock, FrameStream, Network, NetworkHandlers } from '../../src/gossip/ports.ts'
import { decorateStreams } from '../simulations/decorated-network.ts'

/**
 * A machine that can be suspended: what happens to its processes meanwhile they see when it is awake again, in the order in which it happened,
 * and their clock has leapt.
 */
export interface Machine {
  /** Suspends it from now on for so many milliseconds. */
  suspend(milliseconds: number): void
  /** It was switched off: nothing of what was to be seen is. */
  reset(): void
  isAwake(): boolean
  /** Resolves when it is awake. */
  awake(): Promise<void>
  /** What a process on it sees of the clock, and of the network. */
  clock<Given extends Clock>(clock: Given): Given
  network(network: Network): Network
}

export function createMachine(clock: VirtualClock): Machine {
  let until = 0
  let waiting: (() => void)[] = []

  function resume(): void {
    if (clock.now() < until) return
    const all = waiting
    waiting = []
    for (const go of all) go()
  }

  /** Now, or when it is awake. */
  function whenAwake(go: () => void): void {
    if (clock.now() < until) waiting.push(go)
    else go()
  }

  const isAwake = () => clock.now() >= until
  const awake = () => new Promise<void>(resolve => whenAwake(resolve))

  const gated = (stream: FrameStream): FrameStream => ({
    ...stream,
    async read(options) {
      const frame = await stream.read(options)
      if (!isAwake()) await awake()
      return frame
    },
    async write(frame, options) {
      await stream.write(frame, options)
      if (!isAwake()) await awake()
    },
  })

  function handlersOf(handlers: NetworkHandlers): NetworkHandlers {
    return {
      ...handlers,
      async stream(channel, stream) {
        if (!isAwake()) await awake()
        await handlers.stream(channel, stream)
      },
      announcement(from, bytes, forwarder) {
        if (isAwake()) return handlers.announcement(from, bytes, forwarder)
        whenAwake(() => handlers.announcement(from, bytes, forwarder))
        return 'ignore'
      },
      connected: peer => whenAwake(() => handlers.connected(peer)),
      disconnected: peer => whenAwake(() => handlers.disconnected(peer)),
    }
  }

  return {
    suspend(milliseconds) {
      until = Math.max(until, clock.now() + milliseconds)
      clock.after(milliseconds, resume)
    },
    reset() {
      until = 0
      waiting = []
    },
    isAwake,
    awake,
    clock: given => ({
      ...given,
      after: (milliseconds, callback) => {
        let cancelled = false
        const cancel = given.after(milliseconds, () => whenAwake(() => cancelled || callback()))
        return () => {
          cancelled = true
          cancel()
        }
      },
      async sleep(milliseconds: number, options: AbortOptions) {
        await given.sleep(milliseconds, options)
        if (isAwake()) return
        await awake()
        options.signal.throwIfAborted()
      },
    }),
    network(network) {
      const watched = decorateStreams(network, gated)
      return {
        ...watched,
        start: handlers => watched.start(handlersOf(handlers)),
        async open(peer, channel, options) {
          const stream = await watched.open(peer, channel, options)
          if (!isAwake()) await awake()
          return stream
        },
      }
    },
  }
}
