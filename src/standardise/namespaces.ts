/**
 * Several swarms between the same peers over one network: each has a namespace, whose name goes before every announcement and
 * is the first frame of every stream.
 *
 * @packageDocumentation
 */

import { RefusedError } from '../gossip/errors.ts'
import type { Clock, FrameStream, Network, NetworkHandlers } from '../gossip/ports.ts'
import { REPLY_TIMEOUT_MS } from '../gossip/streams/constants.ts'
import { ProtocolError } from '../gossip/streams/stream-errors.ts'
import { withDeadline } from '../gossip/waiting/deadline.ts'
import { MAX_NAMESPACE_BYTES } from './constants.ts'

export interface Namespaces {
  /** The namespace that starts and stops the network under it, and speaks for the peer where recipes are compared. */
  readonly main: Network
  /**
   * Another namespace: it hears and is heard from when it is started until it is stopped, for as long as the network runs.
   * Recipes are compared on the main namespace only.
   */
  open(name: string): Network
}

const MAIN = ''

export function createNamespaces(network: Network, clock: Clock): Namespaces {
  const handlers = new Map<string, NetworkHandlers>()
  const stopping = new AbortController()

  async function dispatch(stream: FrameStream): Promise<NetworkHandlers | undefined> {
    let tag: Uint8Array
    try {
      tag = await withDeadline(clock, REPLY_TIMEOUT_MS, 'the name of the namespace', stopping, within =>
        stream.read({ ...within, most: MAX_NAMESPACE_BYTES }),
      )
    } catch (error) {
      // The swarm that learns keeps the record of how peers behave: there the broken stream breaks again, and is held against its peer.
      if (error instanceof ProtocolError) return handlers.get(MAIN)
      throw error
    }
    const namespace = handlers.get(new TextDecoder().decode(tag))
    if (namespace === undefined) throw new RefusedError('not in this namespace')
    return namespace
  }

  const incoming: NetworkHandlers = {
    async stream(channel, stream) {
      // Peers of other recipes, which may know of no namespaces, speak this one too.
      const namespace = channel === 'recipe' ? handlers.get(MAIN) : await dispatch(stream)
      await namespace?.stream(channel, stream)
    },
    announcement(from, bytes, forwarder) {
      const length = bytes.at(0) ?? Number.POSITIVE_INFINITY
      if (length > MAX_NAMESPACE_BYTES || length >= bytes.byteLength) return 'reject'
      const name = new TextDecoder().decode(bytes.subarray(1, 1 + length))
      // A peer in another stage of its life has nothing to say about what is told there.
      return handlers.get(name)?.announcement(from, bytes.subarray(1 + length), forwarder) ?? 'ignore'
    },
    connected(peer) {
      for (const namespace of handlers.values()) namespace.connected(peer)
    },
    // The recipe is that of the swarm that learns.
    acquainted(peer) {
      handlers.get(MAIN)?.acquainted(peer)
    },
    disconnected(peer) {
      for (const namespace of handlers.values()) namespace.disconnected(peer)
    },
    moved() {
      for (const namespace of handlers.values()) namespace.moved?.()
    },
  }

  function open(name: string): Network {
    const tag = new TextEncoder().encode(name)
    if (tag.byteLength > MAX_NAMESPACE_BYTES)
      throw new RangeError(`the namespace ${name} has a longer name than others accept`)
    return {
      ...network,

      async start(own) {
        handlers.set(name, own)
        if (name === MAIN) await network.start(incoming)
        else for (const peer of network.connections()) own.connected(peer)
      },

      async open(peer, channel, options) {
        if (channel === 'recipe' && name !== MAIN) throw new RefusedError('recipes are compared on the main namespace')
        const stream = await network.open(peer, channel, options)
        if (channel === 'recipe') return stream
        try {
          await stream.write(tag, options)
          return stream
        } catch (error) {
          stream.abort(error as Error)
          throw error
        }
      },

      publish: announcement => network.publish(Buffer.concat([Uint8Array.of(tag.byteLength), tag, announcement])),

      async stop() {
        handlers.delete(name)
        if (name !== MAIN) return
        stopping.abort(new RefusedError('the peer is stopping'))
        await network.stop()
      },
    }
  }

  return { main: open(MAIN), open }
}
