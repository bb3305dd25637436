/** Times of what peers said, heard here. @packageDocumentation */

import type { Line } from '../attacks/process-lines.ts'
import type { HostPeer } from './swarm.ts'

/** Seconds from a moment, as `performance.now()` tells it, until a line was heard; of a line of before 0. */
export function secondsUntil(line: Line, moment: number): number {
  return Math.max(0, line.at - moment) / 1_000
}

export function describeSeconds(seconds: number | undefined): string {
  return seconds === undefined ? 'never' : `${seconds.toFixed(1)} s`
}

/** The seconds of what each waits for, or undefined where it does not come in time. */
export async function secondsOf(
  waiting: readonly Promise<Line>[],
  moment: number,
): Promise<readonly (number | undefined)[]> {
  const settled = await Promise.allSettled(waiting)
  return settled.map(one => (one.status === 'fulfilled' ? secondsUntil(one.value, moment) : undefined))
}

/** The longest of them; undefined where one never came. */
export function longest(seconds: readonly (number | undefined)[]): number | undefined {
  return seconds.some(one => one === undefined) ? undefined : Math.max(...seconds.map(Number))
}

/** The first exchange that a peer begins with another one after a moment, and that averages. */
export function exchangeAfter(peer: HostPeer, other: string, moment: number, milliseconds: number): Promise<Line> {
  const isIt = (line: Line) =>
    line.event === 'exchange' &&
    line.peer === other &&
    line.outcome === 'averaged' &&
    line.at - Number(line.seconds) * 1_000 > moment
  return peer.process.heard(`an exchange with ${other}`, isIt, milliseconds)
}

/**
 * The seconds from a moment until one of the peers has averaged with each other one, whichever of the two began it; undefined where it does not in
 * that time.
 *
 * @param ids of the peers, in their order
 */
export function averagesAfter(
  peers: readonly HostPeer[],
  ids: readonly string[],
  one: number,
  moment: number,
  milliseconds: number,
): Promise<readonly (number | undefined)[]> {
  const waiting = peers.flatMap((other, i) =>
    i === one
      ? []
      : [
          Promise.any([
            exchangeAfter(peers[one], ids[i], moment, milliseconds),
            exchangeAfter(other, ids[one], moment, milliseconds),
          ]),
        ],
  )
  return secondsOf(waiting, moment)
}
