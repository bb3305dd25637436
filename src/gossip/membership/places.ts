import type { PeerId } from '../ports.ts'
import { FAILING, type Level, PROVEN } from './standing.ts'

/** One that asks for a place among a few. */
export interface Claim {
  readonly peer: PeerId
  /** The machine that it is on, as far as one can tell. */
  readonly host: string
  readonly level: Level
}

/** One that has a place. */
export interface Holder extends Claim {
  /** Whether it makes so little of it that it may lose it to somebody who asks. */
  readonly isIdle: boolean
}

/**
 * Who gives its place to one that asks, where all places are taken. As long as there is one for everybody, nobody does: shares bind only where
 * there are not enough, so peers on one machine have all places when only they ask.
 *
 * In this order: one that fails, and one that makes nothing of its place, to anybody who is no worse; of peers, and then of hosts, that have two
 * more than the one that asks would have, so that none gets more than another where both want more; and, so that those whom nobody knows yet
 * cannot have all places, the last ones that they were lent beside their own part, to one that is proven.
 *
 * @param holders all of them, the newest last: among equals it has the least to lose
 * @param lendable places that peers which are not proven keep even when a proven one asks
 * @returns undefined where nobody does
 */
export function whoGivesWay<Someone extends Holder>(
  holders: readonly Someone[],
  claim: Claim,
  lendable: number,
): Someone | undefined {
  const newest = (some: readonly Someone[]) =>
    some.findLast(one => one.level === Math.min(...some.map(({ level }) => level)))

  function crowded(nameOf: (one: Claim) => string): readonly Someone[] {
    const by = Map.groupBy(holders, nameOf)
    const own = by.get(nameOf(claim))?.length ?? 0
    return [...by.values()].reduce<readonly Someone[]>(
      (most, some) => (some.length >= Math.max(own + 2, most.length + 1) ? some : most),
      [],
    )
  }

  const lent = holders.filter(({ level }) => level < PROVEN)
  const groups = [
    holders.filter(({ level }) => level === FAILING && claim.level > FAILING),
    holders.filter(({ level, isIdle }) => isIdle && level <= claim.level),
    crowded(({ peer }) => peer),
    crowded(({ host }) => host),
    claim.level === PROVEN && lent.length > lendable ? lent : [],
  ]
  return newest(groups.find(some => some.length > 0) ?? [])
}
