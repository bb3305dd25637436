/**
 * Who may take part in a handshake, while more come than this machine can serve. Those whose dialler has knocked and all others come from the
 * porch, and have places of their own, so that none of them takes those of another; members have left the entrance, and take none.
 *
 * @packageDocumentation
 */

import type { Connection, ConnectionProtector, MultiaddrConnection } from '@libp2p/interface'
import { UnreachableError } from '../errors.ts'
import { groupOf, unembedded } from '../hosts.ts'
import { socketOf } from '../transports/registry.ts'
import { limitBytes } from './byte-limit.ts'
import { KNOCKED_PLACES, MAX_STRANGER_BYTES, STRANGER_PLACES } from './constants.ts'
import { KNOCK_REPLY, type Knock } from './knock.ts'
import { createPlaces } from './places.ts'
import type { Porch } from './porch.ts'
import { readHead } from './read-head.ts'

export interface Entrance {
  /** Knocks at whom this peer dials, and hears who comes; libp2p calls it before its own handshakes. */
  readonly protector: ConnectionProtector
  /** Its peer has proved that it is a member: it needs no place at the entrance, and may say what it likes. */
  leave(connection: Connection): void
  /** The IP of this machine at this end of a connection, where it has one. */
  localIpOf(connection: Connection): string | undefined
}

type Timeline = MultiaddrConnection['timeline']

export function createEntrance(knock: Knock, porch: Pick<Porch, 'hasKnocked'>): Entrance {
  const evict = (one: MultiaddrConnection) => one.abort(new UnreachableError('others have come, and need the place'))
  const knocked = createPlaces(KNOCKED_PLACES, evict)
  const strangers = createPlaces(STRANGER_PLACES, evict)
  /** A connection and what it runs over have the same timeline. */
  const leaving = new WeakMap<Timeline, () => void>()
  const localIps = new WeakMap<Timeline, string>()

  async function knockAt(connection: MultiaddrConnection, signal: AbortSignal): Promise<void> {
    leaving.set(connection.timeline, limitBytes(connection, MAX_STRANGER_BYTES))
    connection.send(knock.make())
    const reply = await readHead(connection, replyIn, { signal })
    if (!Buffer.from(reply).equals(KNOCK_REPLY)) throw new UnreachableError('what answers there is no libp2p')
  }

  function hear(connection: MultiaddrConnection): void {
    const socket = socketOf(connection)
    const hasKnocked = socket && porch.hasKnocked(socket)
    if (hasKnocked === undefined) throw new UnreachableError('it has come another way than over the porch')
    const places = hasKnocked ? knocked : strangers
    const lift = limitBytes(connection, MAX_STRANGER_BYTES)
    const leave = () => {
      lift()
      places.release(connection)
    }
    leaving.set(connection.timeline, leave)
    connection.addEventListener('close', leave)
    if (hasKnocked) connection.send(KNOCK_REPLY)
    // One that is over already would never give it back.
    if (connection.status === 'open') places.take(connection, groupOf(connection.remoteAddr))
  }

  return {
    protector: {
      async protect(stream, options) {
        const connection = stream as MultiaddrConnection
        const localIp = socketOf(connection)?.localAddress
        if (localIp !== undefined) localIps.set(connection.timeline, unembedded(localIp))
        const signal = options?.signal ?? new AbortController().signal
        if (connection.direction === 'outbound') await knockAt(connection, signal)
        else hear(connection)
        return stream
      },
    },
    leave: ({ timeline }) => leaving.get(timeline)?.(),
    localIpOf: ({ timeline }) => localIps.get(timeline),
  }
}

function replyIn(bytes: Uint8Array): number | undefined {
  return bytes.byteLength >= KNOCK_REPLY.byteLength ? KNOCK_REPLY.byteLength : undefined
}
