/**
 * Who may begin a handshake, while more come than this machine can serve. Sockets that have said nothing yet, those whose dialler has knocked
 * and all others have places of their own, so that none of them takes those of another; members have left the entrance, and take none.
 *
 * @packageDocumentation
 */

import type { Connection, ConnectionProtector, MultiaddrConnection } from '@libp2p/interface'
import { UnreachableError } from '../errors.ts'
import { groupOf } from '../hosts.ts'
import { createBudget } from './budget.ts'
import { limitBytes } from './byte-limit.ts'
import {
  ARRIVING_PLACES,
  KNOCK_TIMEOUT_MS,
  KNOCKED_HANDSHAKES,
  KNOCKED_PLACES,
  MAX_STRANGER_BYTES,
  STRANGER_HANDSHAKES,
  STRANGER_PLACES,
} from './constants.ts'
import { firstLines, KNOCK_REPLY, type Knock } from './knock.ts'
import { createPlaces } from './places.ts'
import { readHead } from './read-head.ts'

export interface Entrance {
  /** Knocks at whom this peer dials, and hears who comes; libp2p calls it before its own handshakes. */
  readonly protector: ConnectionProtector
  /** Its peer has proved that it is a member: it needs no place at the entrance, and may say what it likes. */
  leave(connection: Connection): void
}

type Timeline = MultiaddrConnection['timeline']

export function createEntrance(knock: Knock): Entrance {
  const evict = (one: MultiaddrConnection) => one.abort(new UnreachableError('others have come, and need the place'))
  const arriving = createPlaces(ARRIVING_PLACES, evict)
  const knocked = createPlaces(KNOCKED_PLACES, evict)
  const strangers = createPlaces(STRANGER_PLACES, evict)
  const [knockedHandshakes, strangerHandshakes] = [createBudget(KNOCKED_HANDSHAKES), createBudget(STRANGER_HANDSHAKES)]
  /** A connection and what it runs over have the same timeline. */
  const leaving = new WeakMap<Timeline, () => void>()

  async function knockAt(connection: MultiaddrConnection, signal: AbortSignal): Promise<void> {
    leaving.set(connection.timeline, limitBytes(connection, MAX_STRANGER_BYTES))
    connection.send(knock.make())
    const reply = await readHead(connection, replyIn, { signal })
    if (!Buffer.from(reply).equals(KNOCK_REPLY)) throw new UnreachableError('what answers there is no libp2p')
  }

  async function hear(connection: MultiaddrConnection, signal: AbortSignal): Promise<void> {
    const group = groupOf(connection.remoteAddr)
    const lift = limitBytes(connection, MAX_STRANGER_BYTES)
    const leave = () => {
      lift()
      for (const places of [arriving, knocked, strangers]) places.release(connection)
    }
    leaving.set(connection.timeline, leave)
    connection.addEventListener('close', leave)
    arriving.take(connection, group)
    const head = await readHead(connection, firstLines, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(KNOCK_TIMEOUT_MS)]),
    })
    arriving.release(connection)
    const hasKnocked = knock.isRight(head)
    if (!(hasKnocked ? knockedHandshakes : strangerHandshakes).spend()) {
      throw new UnreachableError('more have come at once than there is time for')
    }
    if (hasKnocked) connection.send(KNOCK_REPLY)
    else connection.unshift(head)
    const places = hasKnocked ? knocked : strangers
    places.take(connection, group)
  }

  return {
    protector: {
      async protect(stream, options) {
        const connection = stream as MultiaddrConnection
        const signal = options?.signal ?? new AbortController().signal
        if (connection.direction === 'outbound') await knockAt(connection, signal)
        else await hear(connection, signal)
        return stream
      },
    },
    leave: ({ timeline }) => leaving.get(timeline)?.(),
  }
}

function replyIn(bytes: Uint8Array): number | undefined {
  return bytes.byteLength >= KNOCK_REPLY.byteLength ? KNOCK_REPLY.byteLength : undefined
}
