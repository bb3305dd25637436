/**
 * Lets connections in: whoever has connected is nobody until both sides have proved, on this connection, that they are members of the same
 * swarm.
 *
 * @packageDocumentation
 */

import type { Connection, Stream } from '@libp2p/interface'
import type { Channel, FrameStream, PeerId } from '../../gossip/ports.ts'
import { ConnectionLostError } from '../../gossip/streams/stream-errors.ts'
import { RefusedPeerError, UnreachableError } from '../errors.ts'
import { createFrameStream } from '../frame-stream.ts'
import { MEMBERSHIP_PROTOCOL } from '../protocols.ts'
import { ACQUAINTANCE_MS, FAREWELL_MS, GATE_READ_AHEAD_BYTES, PROOF_TIMEOUT_MS, REPLACED_MS } from './constants.ts'
import { meetAsDialler, meetAsListener, type Party, readHello, type Standing } from './handshake.ts'
import { decodeHello } from './hello.ts'
import { createMemberTalk, type MemberTalk } from './member-talk.ts'
import { createRefusals, type Refusals } from './refusals.ts'

export interface GateOptions extends Omit<Party, 'makeRoom'> {
  /** Makes room for what a member says on a connection. @returns why there is none, as what is to be said of the member */
  makeRoom(connection: Connection): string | undefined
  /** The connection to a member, from now on; it may replace another one. */
  entered(connection: Connection, before: Connection | undefined): void
  /** The last connection to a member has ended. */
  left(connection: Connection): void
  /** A peer of another recipe, generation or version. */
  acquainted(peer: PeerId): void
  warn(message: string): void
}

export interface Gate {
  /** Begins to find out what is at the other end of a new connection. */
  meet(connection: Connection): void
  /** Serves {@link MEMBERSHIP_PROTOCOL}. */
  answer(stream: Stream, connection: Connection): Promise<void>
  /**
   * What the peer of a connection is; waits while that is being found out.
   *
   * @throws UnreachableError
   */
  standing(connection: Connection): Promise<Standing>
  /** The same, for a stream that the peer has opened: one that has not even begun to prove anything is not waited for. */
  standingOfCaller(connection: Connection, channel?: Channel): Promise<Standing>
  /** The connection to a member over which new streams go. */
  connectionTo(peer: PeerId): Connection | undefined
  /** Members with a connection. */
  members(): readonly PeerId[]
  readonly refusals: Pick<Refusals, 'get' | 'has'>
  stop(): void
}

/** A connection whose other end is being found out, or was. */
interface Meeting {
  readonly connection: Connection
  readonly outcome: PromiseWithResolvers<Standing>
  readonly ending: AbortController
  /** Whether the other side has said anything. */
  begun: boolean
}

interface Member {
  readonly connection: Connection
  readonly talk: MemberTalk
}

export function createGate(options: GateOptions): Gate {
  const { admission, warn } = options
  const isOpen = admission.kind === 'open'
  const meetings = new WeakMap<Connection, Meeting>()
  const members = new Map<PeerId, Member>()
  const refusals = createRefusals(warn)

  const partyOn = (connection: Connection): Party => ({ ...options, makeRoom: () => options.makeRoom(connection) })

  function meet(connection: Connection): void {
    const meeting: Meeting = {
      connection,
      outcome: Promise.withResolvers(),
      ending: new AbortController(),
      begun: false,
    }
    meetings.set(connection, meeting)
    // Somebody may ask for it later, or nobody.
    meeting.outcome.promise.catch(() => {})
    const late = setTimeout(() => tooLate(meeting), PROOF_TIMEOUT_MS)
    const lost = new ConnectionLostError('the connection closed before either was known for a member')
    connection.addEventListener('close', () => {
      // Not at once: the last that has arrived may be the reason.
      setImmediate(() => {
        meeting.ending.abort(lost)
        meeting.outcome.reject(lost)
      })
    })
    meeting.outcome.promise.catch(() => {}).finally(() => clearTimeout(late))
    if (connection.direction === 'outbound') void conclude(meeting, dial(meeting))
  }

  /** Nothing came of it in time: strangers, and peers of a version that knows nothing of this. */
  function tooLate(meeting: Meeting): void {
    meeting.ending.abort(new UnreachableError(`it has not proved within ${PROOF_TIMEOUT_MS / 1000} s who it is`))
    if (isOpen && !meeting.begun) acquaint(meeting)
    else refuse(meeting, meeting.ending.signal.reason)
  }

  async function dial(meeting: Meeting): Promise<[Standing, FrameStream?]> {
    const { connection, ending } = meeting
    let stream: FrameStream
    try {
      stream = frames(connection, await connection.newStream(MEMBERSHIP_PROTOCOL, { signal: ending.signal }))
    } catch (error) {
      if ((error as Error).name !== 'UnsupportedProtocolError') throw error
      if (isOpen) return ['acquainted']
      throw new RefusedPeerError(
        'here',
        'cannot prove that it is a member: upgrade hearsay there, where it is a peer of hearsay',
      )
    }
    meeting.begun = true
    return [await meetAsDialler(partyOn(connection), stream, ending), stream]
  }

  async function answer(raw: Stream, connection: Connection): Promise<void> {
    const meeting = meetings.get(connection)
    const stream = frames(connection, raw)
    if (meeting === undefined || meeting.begun || connection.direction === 'outbound') {
      return stream.abort(new UnreachableError('who dials begins, and once'))
    }
    meeting.begun = true
    const met = async (): Promise<[Standing, FrameStream]> => {
      const hello = decodeHello(await readHello(stream, meeting.ending))
      return [await meetAsListener(partyOn(connection), stream, hello, meeting.ending), stream]
    }
    await conclude(meeting, met())
  }

  async function conclude(meeting: Meeting, met: Promise<[Standing, FrameStream?]>): Promise<void> {
    try {
      const [standing, stream] = await met
      if (meeting.ending.signal.aborted) stream?.abort(meeting.ending.signal.reason)
      else if (standing === 'admitted' && stream !== undefined) admit(meeting, stream)
      else acquaint(meeting, stream)
    } catch (error) {
      refuse(meeting, error as Error)
    }
  }

  function admit({ connection, outcome }: Meeting, stream: FrameStream): void {
    const peer = connection.remotePeer.toString()
    const before = members.get(peer)
    const talk = createMemberTalk({
      stream,
      admission,
      farewell: reason => refusals.add(peer, new RefusedPeerError('there', reason)),
      ended: () => end(connection),
    })
    refusals.delete(peer)
    if (before !== undefined && !replaces(options.self, connection, before.connection)) {
      retire(connection)
    } else {
      members.set(peer, { connection, talk })
      connection.addEventListener('close', () => leave(peer, connection))
      if (before !== undefined) retire(before.connection)
      options.entered(connection, before?.connection)
    }
    outcome.resolve('admitted')
  }

  function leave(peer: PeerId, connection: Connection): void {
    if (members.get(peer)?.connection !== connection) return
    members.delete(peer)
    options.left(connection)
  }

  function acquaint({ connection, outcome }: Meeting, stream?: FrameStream): void {
    stream?.close({ signal: AbortSignal.timeout(FAREWELL_MS) }).catch(() => {})
    outcome.resolve('acquainted')
    setTimeout(() => end(connection), ACQUAINTANCE_MS).unref()
    const peer = connection.remotePeer.toString()
    refusals.addOther(peer)
    options.acquainted(peer)
  }

  function refuse({ connection, outcome }: Meeting, error: Error): void {
    outcome.reject(error)
    if (error instanceof RefusedPeerError) refusals.add(connection.remotePeer.toString(), error)
    end(connection)
  }

  /** Members whose time has come are told why, and leave. */
  function cutLapsed(news: readonly Uint8Array[]): void {
    for (const [peer, { connection, talk }] of members) {
      const reason = admission.lapsed(peer)
      if (reason === undefined) talk.handOn(news)
      else {
        refusals.add(peer, new RefusedPeerError('here', reason))
        leave(peer, connection)
        talk.dismiss(reason).finally(() => end(connection))
      }
    }
  }
  const unwatch = admission.onChange(cutLapsed)

  return {
    meet,
    answer,
    async standing(connection) {
      const meeting = meetings.get(connection)
      if (meeting === undefined) throw new ConnectionLostError('the connection is not known')
      return await meeting.outcome.promise
    },
    async standingOfCaller(connection, channel) {
      const meeting = meetings.get(connection)
      if (meeting === undefined) throw new UnreachableError('the connection is not known')
      // Peers of 0.2 know nothing of membership, and ask for the recipe at once.
      if (!meeting.begun && channel === 'recipe' && isOpen) acquaint(meeting)
      else if (!meeting.begun) throw new UnreachableError('nothing is said to strangers')
      return await meeting.outcome.promise
    },
    connectionTo: peer => members.get(peer)?.connection,
    members: () => [...members.keys()],
    refusals,
    stop() {
      unwatch()
      members.clear()
    },
  }
}

function frames(connection: Connection, stream: Stream): FrameStream {
  return createFrameStream(connection.remotePeer.toString(), stream, { readAhead: GATE_READ_AHEAD_BYTES })
}

/** Closes a connection when all that was said on it has left. */
function end(connection: Connection): void {
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
