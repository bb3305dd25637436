import type { ChurnEvent } from '../environment.ts'
import type { Chance } from './chance.ts'

/** The peers that are away in a round, `[peers]` with 1 for those; undefined where all are there. Rounds are asked for in order. */
export type Availability = (round: number) => Uint8Array | undefined

/** @param churn probability that a peer is away in a round, or which peer leaves or comes back before which round */
export function createAvailability(
  churn: number | readonly ChurnEvent[] | undefined,
  peers: number,
  chance: Chance,
): Availability {
  if (churn === undefined || churn === 0) return () => undefined
  const away = new Uint8Array(peers)
  if (typeof churn === 'number') {
    return round => {
      for (let peer = 0; peer < peers; peer++) away[peer] = chance(round, peer) < churn ? 1 : 0
      return away
    }
  }
  const events = churn.toSorted((a, b) => a.time - b.time)
  let next = 0
  return round => {
    for (; next < events.length && events[next].time <= round; next++) away[events[next].peer] = events[next].up ? 0 : 1
    return away.includes(1) ? away : undefined
  }
}
