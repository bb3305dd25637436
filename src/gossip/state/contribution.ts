/**
 * The contribution of a peer to the swarm: its own local steps, and of them those that others hold. An exchange preserves the mean, so a
 * step before it is, in part, in what the partner holds from then on.
 *
 * @packageDocumentation
 */

import type { PeerId } from '../peer-id.ts'

/** The contribution as it goes into a checkpoint. */
export interface ContributionState {
  readonly ownSteps: number
  readonly exchanges: number
  readonly exchangesAsked: number
  /** With each partner, how many own steps had been trained when all parameters were last averaged with it. */
  readonly averaged: Readonly<Record<PeerId, number>>
  /** See `Contribution.isEstablished`; of states that are older than it, whether something was averaged with anybody. */
  readonly established?: true
  /** See `Contribution.spread`; unknown before the first exchange, and of states that are older than it. */
  readonly spread?: number
}

export interface Contribution {
  ownSteps(): number
  /** So many steps more have been trained. */
  trained(steps: number): void
  /** Training asks for so many exchanges. */
  asked(exchanges: number): void
  /**
   * Something was averaged with this partner.
   *
   * @param steps own steps as of what was averaged, where that was all of the parameters, as they are
   * @param counts whether it belongs to training; those of the end phase are as many as agreement needs
   */
  exchanged(partner: PeerId, steps: number | undefined, counts: boolean): void
  exchanges(): number
  exchangesAsked(): number
  /** All that came to their end, in this life, those of the end phase among them. */
  completed(): number
  /** Distinct others with whom something was averaged. */
  partners(): number
  /** Exchanges with this peer that came to their end in this life, those of the end phase among them. */
  exchangesWith(peer: PeerId): number
  /** Whether an exchange with this peer came to its end: whoever has only said something has no voice. */
  hasAveragedWith(peer: PeerId): boolean
  /** Something of an exchange, however short, is in this peer's parameters: they count like everyone's, in this life and the next. */
  establish(): void
  isEstablished(): boolean
  /** How far those with whom it averages were from this peer when it averaged last; 0 where nobody was. */
  spread(): number
  spreads(spread: number): void
  /** Own steps that are not known to be in what any of these peers holds. */
  leftOutOf(holders: readonly PeerId[]): number
  state(): ContributionState
}

/** @param before as of a checkpoint */
export function createContribution(before?: ContributionState): Contribution {
  let ownSteps = before?.ownSteps ?? 0
  let exchanges = before?.exchanges ?? 0
  let asked = before?.exchangesAsked ?? 0
  let completed = 0
  let spread = before?.spread
  let established = before?.established ?? Object.keys(before?.averaged ?? {}).length > 0
  const averaged = new Map(Object.entries(before?.averaged ?? {}))
  const completedWith = new Map<PeerId, number>()

  return {
    ownSteps: () => ownSteps,
    trained(steps) {
      ownSteps += steps
    },
    asked(more) {
      asked += more
    },
    exchanged(partner, steps, counts) {
      completed++
      completedWith.set(partner, (completedWith.get(partner) ?? 0) + 1)
      if (counts) exchanges++
      averaged.set(partner, Math.max(averaged.get(partner) ?? 0, steps ?? 0))
    },
    exchanges: () => exchanges,
    exchangesAsked: () => asked,
    completed: () => completed,
    partners: () => averaged.size,
    exchangesWith: peer => completedWith.get(peer) ?? 0,
    hasAveragedWith: peer => averaged.has(peer),
    establish() {
      established = true
    },
    isEstablished: () => established,
    spread: () => spread ?? 0,
    spreads(measured) {
      spread = measured
    },
    leftOutOf: holders => ownSteps - Math.max(0, ...holders.map(peer => averaged.get(peer) ?? 0)),
    state: () => ({
      ownSteps,
      exchanges,
      exchangesAsked: asked,
      averaged: Object.fromEntries(averaged),
      ...(established && { established }),
      spread,
    }),
  }
}
