/**
 * The memory that others can make a peer hold, as its limits bound it. Every number is one of the constants that are enforced where bytes
 * arrive, so this is what an attack can reach and not what one was seen to reach.
 *
 * @packageDocumentation
 */

import { MAX_FRAME_BYTES } from '../../gossip/streams/constants.ts'
import {
  MAX_MESH_BACKLOG_BYTES,
  MAX_MESH_MESSAGE_BYTES,
  MAX_STREAMS_PER_CONNECTION,
  MAX_WEB_SOCKET_MESSAGE_BYTES,
  READ_AHEAD_BYTES,
  READ_BUFFER_SPARE_BYTES,
  STREAM_WINDOW_BYTES,
} from '../constants.ts'
import { ARRIVING_PLACES, KNOCKED_PLACES, MAX_STRANGER_BYTES, STRANGER_PLACES } from './constants.ts'

/**
 * What libp2p makes of a socket, with what is read of it at once: of one that has said nothing yet there is no more. Of a WebSocket there is a
 * message that is not complete.
 */
const SOCKET_BYTES = 64 * 1024

/** An unread stream: a window, what it may be read ahead, a frame that arrives and one that was read. */
const STREAM_BYTES = STREAM_WINDOW_BYTES + READ_BUFFER_SPARE_BYTES + READ_AHEAD_BYTES + MAX_FRAME_BYTES

/** A frame of yamux that is not complete. */
const PARTIAL_FRAME_BYTES = STREAM_WINDOW_BYTES

export interface MemoryBound {
  /** All strangers together, however many: what they have said is all that is held of it. */
  readonly strangers: number
  /** One member, over its one connection: of so many that conspire, so many times as much. */
  readonly member: number
}

export function memoryBound(): MemoryBound {
  const connecting = (KNOCKED_PLACES + STRANGER_PLACES) * (SOCKET_BYTES + MAX_STRANGER_BYTES)
  const gossip = MAX_MESH_MESSAGE_BYTES + MAX_MESH_BACKLOG_BYTES
  return {
    strangers: ARRIVING_PLACES * (SOCKET_BYTES + MAX_WEB_SOCKET_MESSAGE_BYTES) + connecting,
    member: SOCKET_BYTES + PARTIAL_FRAME_BYTES + gossip + MAX_STREAMS_PER_CONNECTION * STREAM_BYTES,
  }
}
