import type { Connection } from '@libp2p/interface'
import type { Admission } from '../../admission/admission.ts'
import type { FrameStream, PeerId } from '../../gossip/ports.ts'
import { ConnectionLostError } from '../../gossip/streams/stream-errors.ts'
import { RefusedPeerError } from '../errors.ts'
import { FAREWELL_MS, REPLACED_MS } from './constants.ts'
import { createMemberTalk, type MemberTalk } from './member-talk.ts'
import type { Refusals } from './refusals.ts'

/** Members with a connection, one that counts for each. */
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
  /** The connection to a member, from now on; it may replace another one. */
  entered(connection: Connection, before: Connection | undefined): void
  /** The last connection to a member has ended. */
  left(connection: Connection): void
}

export function createMembers({ self, admission, refusals, entered, left }: MembersOptions): Members {
  const members = new Map<PeerId, { readonly connection: Connection; readonly talk: MemberTalk }>()

  function leave(peer: PeerId, connection: Connection): void {
    if (members.get(peer)?.connection !== connection) return
    members.delete(peer)
    left(connection)
  }

  /** Members whose time has come are told why, and leave. */
  function cutLapsed(news: readonly Uint8Array[]): void {
    for (const [peer, { connection, talk }] of members) {
      const reason = admission.lapsed(peer)
      if (reason === undefined) talk.handOn(news)
      else {
        refusals.add(peer, new RefusedPeerError('here', reason))
        leave(peer, connection)
        talk.dismiss(reason).finally(() => endConnection(connection))
      }
    }
  }
  const unwatch = admission.onChange(cutLapsed)

  return {
    add(connection, stream) {
      const peer = connection.remotePeer.toString()
      const before = members.get(peer)
      const talk = createMemberTalk({
        stream,
        admission,
        farewell: reason => refusals.add(peer, new RefusedPeerError('there', reason)),
        ended: () => endConnection(connection),
      })
      refusals.delete(peer)
      if (before !== undefined && !replaces(self, connection, before.connection)) return retire(connection)
      members.set(peer, { connection, talk })
      connection.addEventListener('close', () => leave(peer, connection))
      if (before !== undefined) retire(before.connection)
      entered(connection, before?.connection)
    },
    connectionTo: peer => members.get(peer)?.connection,
    list: () => [...members.keys()],
    connections: () => [...members.values()].map(({ connection }) => connection),
    stop() {
      unwatch()
      members.clear()
    },
  }
}

/** Closes a connection when all that was said on it has left. */
export function endConnection(connection: Connection): void {
  connection.close({ signal: AbortSignal.timeout(FAREWELL_MS) }).catch(error => connection.abort(error))
}

/** Closes a connection that another one replaces, when what is under way on it has had time to end. */
function retire(connection: Connection): void {
  const reason = new ConnectionLostError('another connection to the same peer has replaced it')
  setTimeout(() => connection.abort(reason), REPLACED_MS).unref()
}

/**
 * Whether one connection to a peer replaces another, which both sides decide alike: the newer one does, because an address may have changed
 * without the older one's noticing it; of two that were dialled at the same moment from both sides, the one that the smaller id has dialled.
 */
function replaces(self: PeerId, one: Connection, other: Connection): boolean {
  const apart = one.timeline.open - other.timeline.open
  if (Math.abs(apart) > REPLACED_MS || one.direction === other.direction) return apart >= 0
  return (one.direction === 'outbound') === self < one.remotePeer.toString()
}
