import type { AbortOptions, Channel, FrameStream, Network, NetworkHandlers, PeerId, Verdict } from '../gossip/ports.ts'
import { createMailbox, type Mailbox } from './mailbox.ts'

/** A started network that keeps what happens to it. */
export interface Peer {
  readonly network: Network
  readonly accepted: Mailbox<{ channel: Channel; stream: FrameStream }>
  readonly connected: Mailbox<PeerId>
  readonly disconnected: Mailbox<PeerId>
  readonly announced: Mailbox<{ from: PeerId; text: string }>
}

/** Starts a network; `handlers` replaces some of what it does, which is to keep everything and accept it. */
export async function startPeer(network: Network, handlers: Partial<NetworkHandlers> = {}): Promise<Peer> {
  const peer: Peer = {
    network,
    accepted: createMailbox(),
    connected: createMailbox(),
    disconnected: createMailbox(),
    announced: createMailbox(),
  }
  await network.start({
    async stream(channel, stream) {
      peer.accepted.put({ channel, stream })
    },
    announcement(from, bytes): Verdict {
      peer.announced.put({ from, text: new TextDecoder().decode(bytes) })
      return 'accept'
    },
    connected: id => peer.connected.put(id),
    acquainted() {},
    disconnected: id => peer.disconnected.put(id),
    ...handlers,
  })
  return peer
}

/** Opens a stream between two peers; returns both ends. */
export async function openBetween(
  from: Peer,
  to: Peer,
  channel: Channel,
  options: AbortOptions,
): Promise<{ near: FrameStream; far: FrameStream }> {
  const near = await from.network.open(to.network.self, channel, options)
  const { stream: far } = await to.accepted.take(options)
  return { near, far }
}

/** Makes a connection, and leaves no stream on it. */
export async function connect(from: Peer, to: Peer, options: AbortOptions): Promise<void> {
  from.network.learn(to.network.self, to.network.addresses())
  const { near } = await openBetween(from, to, 'recipe', options)
  near.abort(new Error('only the connection was wanted'))
}

/**
 * Announces again and again until `arrived` settles: an announcement is best effort, and who subscribed may not be
 * known yet.
 *
 * @param pause a signal that is aborted when it is time to repeat
 */
export async function announceUntil<T>(
  network: Network,
  text: string,
  arrived: Promise<T>,
  pause: () => AbortSignal,
): Promise<T> {
  let settled = false
  const done = () => {
    settled = true
  }
  arrived.then(done, done)
  while (!settled) {
    await network.publish(new TextEncoder().encode(text))
    await Promise.race([arrived.catch(() => {}), aborted(pause())])
  }
  return arrived
}

/** Resolves when the signal is aborted. */
export async function aborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  signal.addEventListener('abort', () => resolve(), { once: true })
  if (!signal.aborted) await promise
}
