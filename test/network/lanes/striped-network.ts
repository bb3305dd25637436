import type { Network, NetworkHandlers } from '../../../src/gossip/ports.ts'
import { createGathering, isStriped, stripe } from '../../../src/network/lanes/stripes.ts'

/** Few, because each may be ahead of its reader by as much as a stream of its own. */
const PARTS = 2

/** A network whose large streams all go in parts, each over a stream of the network's own. */
export function stripedNetwork(network: Network): Network {
  return {
    ...network,
    async start(handlers: NetworkHandlers) {
      const gathering = createGathering()
      await network.start({
        ...handlers,
        async stream(channel, stream) {
          if (!isStriped(channel)) return await handlers.stream(channel, stream)
          try {
            const whole = await gathering.take(stream)
            if (whole !== undefined) await handlers.stream(whole.channel, whole.stream)
          } catch (error) {
            stream.abort(error as Error)
          }
        },
      })
    },
    async open(peer, channel, options) {
      if (!isStriped(channel)) return await network.open(peer, channel, options)
      const parts = Array.from({ length: PARTS }, () => network.open(peer, channel, options))
      return await stripe(channel, await Promise.all(parts), options)
    },
  }
}
