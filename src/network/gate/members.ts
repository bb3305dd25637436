import type { Connection, Stream } from '@libp2p/interface'
import type { Admission } from '../../admission/admission.ts'
import type { FrameStream, PeerId } from '../../gossip/ports.ts'
import { ConnectionLostError } from '../../gossip/streams/stream-errors.ts'
import { RefusedPeerError } from '../errors.ts'
import { CHANNEL_PROTOCOLS } from '../protocols.ts'
import { FAREWELL_MS, REPLACED_MS } from './constants.ts'
import { createMemberTalk, type MemberTalk } from './member-talk.ts'
import type { Refusals } from './refusals.ts'

/**
 * Members with a connection. Several to one member are normal: both dial at once, or an address has changed. One of them counts, over which
 * new streams go; when it ends, the next one does.
 */
export interface Members {
  /** @param stream on which both have proved what they are */
  add(connection: Connection, stream: FrameStream): void
  connectionTo(peer: PeerId): Connection | undefined
  list(): readonly PeerId[]
  connections(): readonly Connection[]
  stop(): void
}

export interface MembersOptions {
  readonly self: PeerId
  readonly admission: Admission
  readonly refusals: Pick<Refusals, 'add' | 'delete'>
  /** The connection to a member that counts, from now on; there was another one before, which may have ended. */
  entered(connection: Connection, before: Connection | undefined): void
  /** The last connection to a member has ended. */
  left(connection: Connection): void
  /** Bytes that a connection has brought; undefined where nobody counts them. */
  bytesIn(connection: Connection): number | undefined
}

interface Held {
  readonly connection: Connection
  readonly talk: MemberTalk
  /** Has it stay. */
  keep?(): void
}

export function createMembers({ self, admission, refusals, entered, left, bytesIn }: MembersOptions): Members {
  /** The connections to each, the one that counts first. */
  const members = new Map<PeerId, readonly Held[]>()

  const heldOf = (peer: PeerId) => members.get(peer) ?? []

  function ended(peer: PeerId, one: Held): void {
    one.keep?.()
    const before = heldOf(peer)
    const after = before.filter(each => each !== one)
    if (after.length === before.length) return
    const [next] = after
    if (next === undefined) {
      members.delete(peer)
      left(one.connection)
      return
    }
    members.set(peer, after)
    if (before[0] === one) count(next, one.connection)
  }

  /** It may have been about to be closed, while another one counted. */
  function count(held: Held, before: Connection | undefined): void {
    held.keep?.()
    entered(held.connection, before)
  }

  /** Members whose time has come are told why, and leave. */
  function cutLapsed(news: readonly Uint8Array[]): void {
    for (const [peer, [counting, ...others]] of members) {
      const reason = admission.lapsed(peer)
      if (reason === undefined || counting === undefined) counting?.talk.handOn(news)
      else {
        refusals.add(peer, new RefusedPeerError('here', reason))
        members.delete(peer)
        left(counting.connection)
        counting.talk.dismiss(reason).finally(() => endConnection(counting.connection))
        for (const { connection } of others) connection.abort(new RefusedPeerError('here', reason))
      }
    }
  }
  const unwatch = admission.onChange(cutLapsed)

  /**
   * Closes a connection when what is under way on it has ended, or brings nothing any more: over a slow link another one is dialled because this
   * one is late to answer, and a model is still on its way here.
   */
  function retire(held: Held): void {
    const { connection } = held
    // Were they not of one mind which one counts, and did both close the other's, none would be left: so one of them decides.
    const decides = self < connection.remotePeer.toString()
    const reason = new ConnectionLostError('another connection to the same peer has replaced it')
    let brought = bytesIn(connection)
    let timer = after()
    held.keep = () => clearTimeout(timer)

    function after(): NodeJS.Timeout {
      return setTimeout(look, decides ? REPLACED_MS : 2 * REPLACED_MS).unref()
    }

    function look(): void {
      const before = brought
      brought = bytesIn(connection)
      if (brought !== before && connection.streams.some(isOfChannel)) timer = after()
      else connection.abort(reason)
    }
  }

  return {
    add(connection, stream) {
      // It would never be taken out again.
      if (connection.status !== 'open') return
      const peer = connection.remotePeer.toString()
      const talk = createMemberTalk({
        stream,
        admission,
        farewell: reason => refusals.add(peer, new RefusedPeerError('there', reason)),
        ended: () => endConnection(connection),
      })
      refusals.delete(peer)
      const held: Held = { connection, talk }
      const [counting, ...others] = heldOf(peer)
      connection.addEventListener('close', () => ended(peer, held))
      if (counting === undefined) {
        members.set(peer, [held])
        return entered(connection, undefined)
      }
      const isBetter = replaces(self, connection, counting.connection)
      members.set(peer, isBetter ? [held, counting, ...others] : [counting, held, ...others])
      retire(isBetter ? counting : held)
      if (isBetter) entered(connection, counting.connection)
    },
    connectionTo: peer => heldOf(peer)[0]?.connection,
    list: () => [...members.keys()],
    connections: () => [...members.values()].flatMap(([counting]) => counting?.connection ?? []),
    stop() {
      unwatch()
      for (const held of members.values()) for (const { keep } of held) keep?.()
      members.clear()
    },
  }
}

/** Whether members say something to each other on it, and not to everybody, or of themselves. */
function isOfChannel({ protocol }: Stream): boolean {
  return CHANNEL_PROTOCOLS.has(protocol)
}

/** Closes a connection when all that was said on it has left. */
export function endConnection(connection: Connection): void {
  connection.close({ signal: AbortSignal.timeout(FAREWELL_MS) }).catch(error => connection.abort(error))
}

/**
 * Whether one connection to a peer counts in place of another, which both sides nearly always decide alike: the newer one does, because an
 * address may have changed without the older one's noticing it; of two that were dialled at the same moment from both sides, the one that
 * the smaller id has dialled.
 */
function replaces(self: PeerId, one: Connection, other: Connection): boolean {
  const apart = one.timeline.open - other.timeline.open
  if (Math.abs(apart) > REPLACED_MS || one.direction === other.direction) return apart >= 0
  return (one.direction === 'outbound') === self < one.remotePeer.toString()
}
