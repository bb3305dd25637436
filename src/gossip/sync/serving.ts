/**
 * This peer's vectors for others: to a few at a time, and where more ask, to those first who would get least.
 *
 * @packageDocumentation
 */

import { RefusedError } from '../errors.ts'
import { type Holder, whoGivesWay } from '../membership/places.ts'
import type { Standing } from '../membership/standing.ts'
import type { Timeouts } from '../pace/timeouts.ts'
import type { AbortOptions, Clock, FrameStream } from '../ports.ts'
import { send } from '../streams/messages.ts'
import { LENT_PLACES, MAX_SERVED_AT_ONCE, MAX_SERVED_TO_ONE, SLOWEST_READ, UNREAD_GRACE_MS } from './constants.ts'
import { type FetchedVector, servePieces } from './fetch.ts'

export interface ServingOptions {
  readonly clock: Clock
  readonly timeouts: Timeouts
  /** The vector with this hash, or the parameters; undefined where this peer has none. */
  readonly held: (hash: string | undefined) => FetchedVector | undefined
  readonly standing: Pick<Standing, 'level'>
}

/** A stream that is served. */
interface Place {
  readonly stream: FrameStream
  readonly began: number
  readonly end: AbortController
}

/** Answers a stream of requests. @throws as `servePieces` does */
export type Serve = (stream: FrameStream, options: AbortOptions) => Promise<void>

export function createServing({ held, clock, timeouts, standing }: ServingOptions): Serve {
  /** The newest last. */
  const places = new Set<Place>()

  /** Whether it reads more slowly than anybody has to who fetches over a line of today. */
  function isIdle({ stream, began }: Place): boolean {
    const milliseconds = clock.now() - began
    return milliseconds > UNREAD_GRACE_MS && stream.traffic.bytesOut < (SLOWEST_READ * milliseconds) / 1_000
  }

  const claimOf = ({ peer, host = peer }: FrameStream) => ({ peer, host, level: standing.level(peer) })

  /** @returns whether there is a place for this stream now */
  function makeRoom(stream: FrameStream): boolean {
    const own = [...places].filter(place => place.stream.peer === stream.peer)
    if (own.length >= MAX_SERVED_TO_ONE) return false
    if (places.size < MAX_SERVED_AT_ONCE) return true
    const holders = [...places].map(place => ({ ...claimOf(place.stream), isIdle: isIdle(place), place }))
    const giver = whoGivesWay<Holder & { place: Place }>(holders, claimOf(stream), LENT_PLACES)
    if (giver === undefined) return false
    places.delete(giver.place)
    giver.place.end.abort(new RefusedError('others are waiting for its place'))
    return true
  }

  return async (stream, { signal }) => {
    if (!makeRoom(stream)) {
      await send(stream, { type: 'refuse', reason: 'too many at once' }, { signal })
      return
    }
    const place: Place = { stream, began: clock.now(), end: new AbortController() }
    places.add(place)
    const relay = () => place.end.abort(signal.reason)
    signal.addEventListener('abort', relay)
    try {
      await servePieces(stream, held, clock, timeouts, { signal: place.end.signal })
    } finally {
      signal.removeEventListener('abort', relay)
      places.delete(place)
    }
  }
}
