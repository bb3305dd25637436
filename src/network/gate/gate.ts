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
import type { Lanes } from '../lanes/lanes.ts'
import { LANE_PROTOCOL, MEMBERSHIP_PROTOCOL } from '../protocols.ts'
import { ACQUAINTANCE_MS, FAREWELL_MS, GATE_READ_AHEAD_BYTES, PROOF_TIMEOUT_MS } from './constants.ts'
import { meetAsDialler, meetAsListener, type Party, readHello, type Standing } from './handshake.ts'
import { decodeHello } from './hello.ts'
import { createMembers, endConnection, type MembersOptions } from './members.ts'
import { createRefusals, type Refusals } from './refusals.ts'

export interface GateOptions extends Omit<Party, 'makeRoom'>, Omit<MembersOptions, 'refusals'> {
  /** Makes room for what a member says on a connection. @returns why there is none, as what is to be said of the member */
  makeRoom(connection: Connection): string | undefined
  /** Connections to members that are lanes. */
  readonly lanes: Pick<Lanes, 'hasRoom' | 'isMeant'>
  /** A connection to a member is a lane, from now on. */
  laneOpened(connection: Connection): void
  /** A peer of another recipe, generation or version. */
  acquainted(peer: PeerId): void
  warn(message: string): void
}

export interface Gate {
  /** Begins to find out what is at the other end of a new connection. */
  meet(connection: Connection): void
  /** Serves {@link MEMBERSHIP_PROTOCOL}. */
  answer(stream: Stream, connection: Connection): Promise<void>
  /** Serves {@link LANE_PROTOCOL}. */
  answerLane(stream: Stream, connection: Connection): Promise<void>
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
  /** The connections over which new streams go. */
  connections(): readonly Connection[]
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

export function createGate(options: GateOptions): Gate {
  const { admission, warn } = options
  const isOpen = admission.kind === 'open'
  const meetings = new WeakMap<Connection, Meeting>()
  const refusals = createRefusals(warn)
  const members = createMembers({ ...options, refusals })

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
    if (connection.direction === 'inbound') return
    if (isMember(connection) && options.lanes.isMeant(connection)) void becomeLane(meeting, askForLane(meeting))
    else void conclude(meeting, proveByDialling(partyOn(connection), meeting))
  }

  /** The keys of a connection show whose it is: who has proved on another one that it is a member need not do so again. */
  function isMember({ remotePeer }: Connection): boolean {
    return members.connectionTo(remotePeer.toString()) !== undefined
  }

  /** Nothing came of it in time: strangers, and peers of a version that knows nothing of this. */
  function tooLate(meeting: Meeting): void {
    meeting.ending.abort(new UnreachableError(`it has not proved within ${PROOF_TIMEOUT_MS / 1000} s who it is`))
    if (isOpen && !meeting.begun) acquaint(meeting)
    else refuse(meeting, meeting.ending.signal.reason)
  }

  /** The stream with which whoever has dialled begins. @returns undefined of one that begins nothing, which is reset */
  function beginning(raw: Stream, connection: Connection): { meeting: Meeting; stream: FrameStream } | undefined {
    const meeting = meetings.get(connection)
    const stream = frames(connection, raw)
    if (meeting === undefined || meeting.begun || connection.direction === 'outbound') {
      stream.abort(new UnreachableError('who dials begins, and once'))
      return undefined
    }
    meeting.begun = true
    return { meeting, stream }
  }

  async function answer(raw: Stream, connection: Connection): Promise<void> {
    const begun = beginning(raw, connection)
    if (begun === undefined) return
    const { meeting, stream } = begun
    const met = async (): Promise<[Standing, FrameStream]> => {
      const hello = decodeHello(await readHello(stream, meeting.ending))
      return [await meetAsListener(partyOn(connection), stream, hello, meeting.ending), stream]
    }
    await conclude(meeting, met())
  }

  async function answerLane(raw: Stream, connection: Connection): Promise<void> {
    const begun = beginning(raw, connection)
    if (begun !== undefined) await becomeLane(begun.meeting, grantLane(begun.meeting, begun.stream))
  }

  async function grantLane({ connection, ending }: Meeting, stream: FrameStream): Promise<void> {
    if (!isMember(connection)) throw new UnreachableError('lanes are for members')
    if (!options.lanes.hasRoom(connection.remotePeer.toString())) throw new UnreachableError('it has all its lanes')
    await stream.write(LANE_GRANTED, ending)
    stream.close({ signal: AbortSignal.timeout(FAREWELL_MS) }).catch(() => {})
  }

  async function becomeLane(meeting: Meeting, granted: Promise<void>): Promise<void> {
    try {
      await granted
      if (!isMember(meeting.connection)) throw new UnreachableError('it is a member no longer')
      options.laneOpened(meeting.connection)
      meeting.outcome.resolve('admitted')
    } catch (error) {
      refuse(meeting, error as Error)
    }
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
    // It may have lapsed while the verdict was under way.
    const reason = admission.lapsed(connection.remotePeer.toString())
    if (reason !== undefined) throw new RefusedPeerError('here', reason)
    members.add(connection, stream)
    outcome.resolve('admitted')
  }

  function acquaint({ connection, outcome }: Meeting, stream?: FrameStream): void {
    stream?.close({ signal: AbortSignal.timeout(FAREWELL_MS) }).catch(() => {})
    outcome.resolve('acquainted')
    setTimeout(() => endConnection(connection), ACQUAINTANCE_MS).unref()
    const peer = connection.remotePeer.toString()
    refusals.addOther(peer)
    options.acquainted(peer)
  }

  function refuse({ connection, outcome }: Meeting, error: Error): void {
    outcome.reject(error)
    const isTold = error instanceof RefusedPeerError && error.by === 'here'
    if (error instanceof RefusedPeerError) refusals.add(connection.remotePeer.toString(), error)
    // Who is refused ends it when it has heard why: if this side closed first, what the other still says would be answered by a reset, in which
    // the reason is lost.
    if (isTold) setTimeout(() => endConnection(connection), FAREWELL_MS).unref()
    else endConnection(connection)
  }

  return {
    meet,
    answer,
    answerLane,
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
    connectionTo: members.connectionTo,
    members: members.list,
    connections: members.connections,
    refusals,
    stop: members.stop,
  }
}

function frames(connection: Connection, stream: Stream): FrameStream {
  return createFrameStream(connection.remotePeer.toString(), stream, { readAhead: GATE_READ_AHEAD_BYTES })
}

/** What is said to one who asks for a lane, and may have it. */
const LANE_GRANTED = Uint8Array.of(1)

async function askForLane({ connection, ending }: Meeting): Promise<void> {
  const stream = frames(connection, await connection.newStream(LANE_PROTOCOL, { signal: ending.signal }))
  await stream.read({ signal: ending.signal, most: LANE_GRANTED.byteLength })
  stream.close({ signal: AbortSignal.timeout(FAREWELL_MS) }).catch(() => {})
}

/** Opens the stream on which both prove what they are, where the other side knows of it. */
async function proveByDialling(party: Party, meeting: Meeting): Promise<[Standing, FrameStream?]> {
  const { connection, ending } = meeting
  let stream: FrameStream
  try {
    stream = frames(connection, await connection.newStream(MEMBERSHIP_PROTOCOL, { signal: ending.signal }))
  } catch (error) {
    if ((error as Error).name !== 'UnsupportedProtocolError') throw error
    if (party.admission.kind === 'open') return ['acquainted']
    const reason = 'cannot prove that it is a member: upgrade hearsay there, where it is a peer of hearsay'
    throw new RefusedPeerError('here', reason)
  }
  meeting.begun = true
  return [await meetAsDialler(party, stream, ending), stream]
}
