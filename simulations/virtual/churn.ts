/**
 * Peers that leave as in a power cut, and come back with what is on their disks.
 *
 * @packageDocumentation
 */

import type { Random } from '../../src/random/random.ts'
import type { ChurnEvent } from '../environment.ts'
import type { World } from './world.ts'

/** The mean time that a peer is away, in seconds: a restart. Every eighth takes long enough to be missed. */
const MEAN_DOWNTIME_S = 5

export interface Churn {
  /** Peers that are away now. */
  readonly away: ReadonlySet<number>
  /** Those of them that will not come back. */
  readonly gone: ReadonlySet<number>
  /** Ends the churn: nobody leaves any more, and peers that are away and not gone come back at once. */
  end(): Promise<void>
}

/**
 * Starts all peers that are there in the beginning, and sets the others' coming and going in motion.
 *
 * @param churn probability that a peer leaves within a second, or what happens when; undefined: nobody ever leaves
 * @param onFailure called with a peer that could not come back
 */
export async function populate(
  world: World,
  churn: number | readonly ChurnEvent[] | undefined,
  random: Random,
  onFailure: (index: number, error: Error) => void,
): Promise<Churn> {
  const { clock, simulatedPeers } = world
  const away = new Set<number>()
  const gone = new Set<number>()
  const events = typeof churn === 'object' ? churn.toSorted((a, b) => a.time - b.time) : []
  /** The last event of each peer. */
  const last = new Map(events.map(event => [event.peer, event]))
  let ended = false

  async function comeBack(index: number): Promise<void> {
    if (gone.has(index) || !away.delete(index)) return
    try {
      await world.start(index)
    } catch (error) {
      onFailure(index, error as Error)
    }
  }

  function leave(index: number): void {
    if (ended || away.has(index)) return
    away.add(index)
    world.crash(index)
  }

  /** How long until something that happens at this rate does: it does not matter how long one has waited. */
  const waiting = (perSecond: number) => (-1_000 * Math.log(1 - random.uniform())) / perSecond

  function live(index: number, perSecond: number): void {
    clock.after(waiting(perSecond), () => {
      if (ended) return
      leave(index)
      clock.after(waiting(1 / MEAN_DOWNTIME_S), () => {
        comeBack(index)
        live(index, perSecond)
      })
    })
  }

  function play(event: ChurnEvent): void {
    const { peer, up } = event
    if (up) comeBack(peer)
    else leave(peer)
    if (!up && last.get(peer) === event && away.has(peer)) gone.add(peer)
  }

  for (const event of events) {
    if (event.time > 0) clock.after(1_000 * event.time, () => play(event))
    else if (event.up) away.delete(event.peer)
    else away.add(event.peer)
  }
  for (const { index } of simulatedPeers) {
    if (!away.has(index)) await world.start(index)
    // The rate at which a second is survived with the probability 1 − P.
    if (typeof churn === 'number' && churn > 0) live(index, -Math.log(1 - churn))
  }

  return {
    away,
    gone,
    async end() {
      if (ended) return
      ended = true
      for (const index of [...away]) await comeBack(index)
    },
  }
}
