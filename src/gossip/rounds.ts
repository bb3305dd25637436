/**
 * D-PSGD among real peers: everybody averages with all its neighbours at once, in step,
 *
 *     x_i ← x_i + Σ_j w_ij (s_j − s_i),
 *
 * where s are the parameters at the end of the round's training and w_ij Metropolis's weights. Each link is an exchange of
 * its own, atomic as any other, so a link that fails is missing on both sides and the realised W is symmetric and doubly
 * stochastic whatever happens. Nobody is waited for who is gone, has frozen, or is a round ahead.
 *
 * @packageDocumentation
 */

import { metropolisWeight } from '../averaging/mixing.ts'
import { ROUND_GATHERING_MS, ROUND_LINK_PATIENCE_MS, ROUND_POLL_MS } from './constants.ts'
import { RefusedError } from './errors.ts'
import type { Terms } from './exchange.ts'
import type { AbortOptions, Clock, PeerId } from './ports.ts'
import type { Replica } from './replica.ts'

export interface RoundsOptions {
  readonly self: PeerId
  readonly replica: Replica
  readonly clock: Clock
  /** Those with whom this peer shares a link in this round, as far as it knows. */
  readonly neighbours: (round: number) => readonly PeerId[]
  /** Whether an exchange with this peer may still come about: it is alive and has not frozen. */
  readonly willing: (peer: PeerId) => boolean
  /** Whether this peer takes part in exchanges now. */
  readonly averages: () => boolean
  /** Clock time at which this peer last met somebody new; undefined while it knows nobody. */
  readonly met: () => number | undefined
  /**
   * Begins an exchange. Says whether it came about, as a whole or in part; was refused because the other is rounds ahead; or
   * failed before anything was decided.
   */
  readonly exchange: (
    partner: PeerId,
    round: number,
    options: AbortOptions,
  ) => Promise<'averaged' | 'passed' | 'failed'>
}

export interface Rounds {
  /** Waits until the swarm has gathered: who starts at the same time begins with the same members. */
  gather(options: AbortOptions): Promise<void>
  /**
   * Averages the parameters as they are now with all neighbours; resolves when every link is applied or given up.
   *
   * @param round at least so much; a peer that most of its neighbours have left behind goes on where they are
   */
  average(round: number, options: AbortOptions): Promise<void>
  /** Waits until this peer is in that round. @throws RefusedError where the round is over here */
  terms(partner: PeerId, round: number, options: AbortOptions): Promise<Terms>
  /** An exchange with this peer has been applied on this side. */
  applied(partner: PeerId): void
}

export const PASSED = 'that round is over here'

export function createRounds(options: RoundsOptions): Rounds {
  const { self, replica, clock, neighbours, willing } = options
  /** The round that this peer is in or has finished; it trains for the next one where nothing is open. */
  let current = -1
  /** The latest round that each other has asked for. */
  const heard = new Map<PeerId, number>()
  let open: { readonly snapshot: Float32Array; readonly degree: number; readonly missing: Set<PeerId> } | undefined
  let wakes: (() => void)[] = []

  function wake(): void {
    const waiting = wakes
    wakes = []
    for (const one of waiting) one()
  }

  /** Until something has changed; who has fallen silent is found by looking again. */
  async function changed({ signal }: AbortOptions): Promise<void> {
    const either = new AbortController()
    const slept = clock.sleep(ROUND_POLL_MS, { signal: AbortSignal.any([signal, either.signal]) })
    const woken = new Promise<void>(resolve => wakes.push(resolve))
    await Promise.race([slept, woken])
    either.abort()
    await slept.catch(() => signal.throwIfAborted())
  }

  /**
   * Where most neighbours are, if that is more than the one round by which a peer in step may be ahead of another. Most,
   * so that one liar cannot send a peer into a round in which it is alone.
   */
  function ahead(): number | undefined {
    const linked = neighbours(current)
    const beyond = linked.flatMap(peer => {
      const round = heard.get(peer)
      return round !== undefined && round > current + 1 ? [round] : []
    })
    return 2 * beyond.length > linked.length ? Math.min(...beyond) : undefined
  }

  async function begin(round: number, abort: AbortOptions): Promise<void> {
    if (open === undefined) return
    // One of the two begins; that it is always the same one spares every link a refusal.
    for (const partner of [...open.missing].filter(peer => self < peer)) {
      const began = clock.now()
      while (open.missing.has(partner) && willing(partner) && !abort.signal.aborted) {
        if (clock.now() - began > ROUND_LINK_PATIENCE_MS) open.missing.delete(partner)
        const outcome = await options.exchange(partner, round, abort)
        if (outcome === 'failed') await changed(abort)
        else open.missing.delete(partner)
      }
    }
  }

  async function complete(abort: AbortOptions): Promise<void> {
    while (open !== undefined && ahead() === undefined && !abort.signal.aborted) {
      for (const peer of open.missing) if (!willing(peer)) open.missing.delete(peer)
      if (open.missing.size === 0) return
      await changed(abort)
    }
  }

  return {
    async gather(abort) {
      for (;;) {
        const met = options.met()
        if (met !== undefined && clock.now() - met >= ROUND_GATHERING_MS) return
        await clock.sleep(ROUND_POLL_MS, abort)
      }
    },

    async average(round, abort) {
      current = Math.max(round, ahead() ?? 0)
      const linked = neighbours(current)
      open = { snapshot: replica.parameters.slice(), degree: linked.length, missing: new Set(linked) }
      wake()
      try {
        await begin(current, abort)
        await complete(abort)
      } finally {
        open = undefined
        wake()
      }
    },

    async terms(partner, round, abort) {
      heard.set(partner, Math.max(heard.get(partner) ?? 0, round))
      // Who is ahead of this round will not come back to it.
      if (round > current) open?.missing.delete(partner)
      wake()
      while (current < round) {
        if (!options.averages()) throw new RefusedError('not averaging')
        await changed(abort)
      }
      if (open === undefined || current > round || !open.missing.has(partner)) throw new RefusedError(PASSED)
      const { degree, snapshot } = open
      return { weight: () => metropolisWeight(degree, 1), snapshot: () => snapshot }
    },

    applied(partner) {
      open?.missing.delete(partner)
      wake()
    },
  }
}
