import type { GossipSub } from '@libp2p/gossipsub'
import type { PeerId } from '../gossip/ports.ts'
import { MAX_RELAYED, RELAY_MS } from './constants.ts'

/**
 * What neighbours are told of others. An announcement comes to all that its author reaches from the author itself, so most neighbours have what
 * this peer has: gossipsub would send it to them all the same, and they to this peer, and in a large swarm such copies are most of what is said.
 * Here a neighbour is told which there are, after a moment and of many at once, and asks for what it has not got.
 */
export interface Relay {
  /** A neighbour may not have a message yet. */
  hold(neighbour: PeerId, id: string): void
  /** A neighbour has it. */
  has(neighbour: PeerId, id: string): void
}

export interface RelayOptions {
  readonly self: PeerId
  tell(neighbour: PeerId, ids: readonly string[]): void
  /** Calls back after so many milliseconds. */
  after(milliseconds: number, call: () => void): void
}

export function createRelay({ self, tell, after }: RelayOptions): Relay {
  /** By neighbour: what came since the last look, and before it. */
  const held = new Map<PeerId, { young: Set<string>; old: Set<string> }>()
  let isWaiting = false

  function flush(neighbour: PeerId, ids: ReadonlySet<string>): void {
    if (ids.size > 0) tell(neighbour, [...ids])
  }

  function look(): void {
    isWaiting = false
    for (const [neighbour, ids] of held) {
      // Of two one speaks first: else both would tell each other the same.
      const isFirst = self < neighbour
      flush(neighbour, isFirst ? ids.young : ids.old)
      if (isFirst || ids.young.size === 0) held.delete(neighbour)
      else held.set(neighbour, { young: new Set(), old: ids.young })
    }
    if (held.size > 0) wait()
  }

  function wait(): void {
    if (isWaiting) return
    isWaiting = true
    after(RELAY_MS, look)
  }

  return {
    hold(neighbour, id) {
      const ids = held.get(neighbour) ?? { young: new Set(), old: new Set() }
      ids.young.add(id)
      if (ids.young.size + ids.old.size < MAX_RELAYED) held.set(neighbour, ids)
      else {
        held.delete(neighbour)
        flush(neighbour, new Set([...ids.old, ...ids.young]))
      }
      wait()
    },
    has(neighbour, id) {
      const ids = held.get(neighbour)
      ids?.young.delete(id)
      ids?.old.delete(id)
    },
  }
}

/** Of gossipsub's messages, what is used here. */
interface Rpc {
  readonly messages: readonly { readonly topic: string }[]
}
interface Have {
  readonly topicID?: string
  readonly messageIDs?: readonly Uint8Array[]
}

export const idToString = (id: Uint8Array) => Buffer.from(id).toString('base64')
const idFromString = (id: string) => Uint8Array.from(Buffer.from(id, 'base64'))

/**
 * Lets gossipsub hand messages on through a {@link Relay}. To whom is its own choice, as before.
 *
 * @param service one that knows messages by {@link idToString}
 */
export function relayThrough(service: GossipSub, self: PeerId, topic: string): void {
  const sendRpc: (to: PeerId, rpc: object) => boolean = Reflect.get(service, 'sendRpc').bind(service)
  const forward: (id: string, ...rest: unknown[]) => void = Reflect.get(service, 'forwardMessage').bind(service)
  const handle: (from: PeerId, have: readonly Have[]) => unknown = Reflect.get(service, 'handleIHave').bind(service)
  const relay = createRelay({
    self,
    tell(neighbour, ids) {
      const ihave: Have[] = [{ topicID: topic, messageIDs: ids.map(idFromString) }]
      sendRpc(neighbour, {
        subscriptions: [],
        messages: [],
        control: { ihave, iwant: [], graft: [], prune: [], idontwant: [] },
      })
    },
    after: (milliseconds, call) => void setTimeout(call, milliseconds).unref(),
  })
  /** The message that is handed on in this moment. */
  let forwarded: string | undefined
  Object.assign(service, {
    forwardMessage(id: string, ...rest: unknown[]) {
      forwarded = id
      try {
        forward(id, ...rest)
      } finally {
        forwarded = undefined
      }
    },
    sendRpc(to: PeerId, rpc: Rpc): boolean {
      if (forwarded === undefined) return sendRpc(to, rpc)
      relay.hold(to, forwarded)
      return true
    },
    handleIHave(from: PeerId, have: readonly Have[]) {
      for (const { messageIDs } of have) for (const id of messageIDs ?? []) relay.has(from, idToString(id))
      return handle(from, have)
    },
  })
}
