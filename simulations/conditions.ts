/**
 * The conditions under which a swarm is simulated, before it is.
 *
 * @packageDocumentation
 */

import { UsageError } from '../src/errors.ts'
import { parseDelay } from './delay.ts'
import type { ChurnEvent, NetworkSplit, Stragglers } from './environment.ts'
import type { Simulation } from './options.ts'
import { shareOf } from './virtual/splits.ts'

type Conditions = Pick<Simulation, 'peers' | 'delay' | 'loss' | 'bandwidth' | 'stragglers' | 'churn' | 'splits'>

/** @throws UsageError naming what cannot be, and the nearest thing that works */
export function requireConditions(conditions: Conditions): void {
  const { peers, delay, loss = 0, bandwidth = {}, stragglers, churn, splits = [] } = conditions
  if (delay !== undefined) parseDelay(delay)
  if (!(loss >= 0 && loss < 1)) {
    throw new UsageError(`a loss of ${loss}: a probability from 0 to below 1 works; at 1 nothing would arrive`)
  }
  for (const [of, rate] of Object.entries(bandwidth)) {
    if (rate !== undefined && !(rate > 0)) {
      throw new UsageError(`a bandwidth of ${rate} Mbit/s for every ${of}: a number above 0 works, such as 10`)
    }
  }
  if (stragglers !== undefined) requireStragglers(stragglers, peers)
  if (typeof churn === 'number') requireProbability(churn)
  else if (churn !== undefined) requireEvents(churn, peers)
  for (const [i, split] of splits.entries()) requireSplit(split, splits[i - 1]?.until ?? 0, peers)
}

function requireStragglers({ share, training = 1, links = 1 }: Stragglers, peers: number): void {
  requireShare('stragglers', share, peers, peers)
  for (const [what, factor] of Object.entries({ training, links })) {
    if (factor >= 1 && Number.isFinite(factor)) continue
    throw new UsageError(`stragglers whose ${what} is slower by a factor of ${factor}: a number of at least 1 works`)
  }
}

function requireProbability(churn: number): void {
  if (churn >= 0 && churn < 1) return
  throw new UsageError(`a churn of ${churn}: a probability from 0 to below 1 works; at 1 nobody would ever be there`)
}

function requireEvents(events: readonly ChurnEvent[], peers: number): void {
  for (const event of events) requireEvent(event, peers)
  const last = new Map(events.toSorted((a, b) => a.time - b.time).map(({ peer, up }) => [peer, up]))
  if (last.size === peers && ![...last.values()].includes(true)) {
    throw new UsageError(
      'churn after which nobody is left: a trace works in which at least one peer stays or comes back',
    )
  }
}

function requireEvent({ time, peer }: ChurnEvent, peers: number): void {
  if (!(time >= 0 && Number.isFinite(time))) {
    throw new UsageError(`churn at ${time} s: a number of seconds from 0 works`)
  }
  if (!Number.isInteger(peer) || peer < 0 || peer >= peers) {
    throw new UsageError(`churn of peer ${peer} at ${time} s: with ${peers} peers, 0 to ${peers - 1} work`)
  }
}

function requireSplit({ at, until, share }: NetworkSplit, earliest: number, peers: number): void {
  if (!(at >= earliest && until > at && Number.isFinite(until))) {
    throw new UsageError(
      `a split from ${at} s until ${until} s: it has to begin at ${earliest} s or later, where the one before has ended, ` +
        'and to end after it began',
    )
  }
  requireShare('a split', share, peers, peers - 1)
}

function requireShare(what: string, share: number, peers: number, most: number): void {
  const count = shareOf(share, peers)
  if (share > 0 && count >= 1 && count <= most) return
  throw new UsageError(
    `${what} with a share of ${share}: of ${peers} peers that is ${count}; shares from ${1 / peers} to ${most / peers} work`,
  )
}
