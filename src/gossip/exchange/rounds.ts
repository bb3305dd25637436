/**
 * D-PSGD among real peers: everybody averages with all its neighbours at once, in step,
 *
 *     x_i ← x_i + Σ_j w_ij (s_j − s_i),
 *
 * where s are the parameters at the end of the round's training and w_ij Metropolis's weights. Each link is an exchange of
 * its own, atomic as any other, so a link that fails, or for which a round was not kept open, is missing on both sides: the realised
 * W is symmetric and doubly stochastic whatever happens. A peer that is gone, has frozen, or is usually late is not waited for; one that
 * was late averages in the round in which the others are when it comes. Those that have done their steps, and train on for the sake of one
 * that is late, wait for it: they have nothing else to do.
 *
 * @packageDocumentation
 */

import { metropolisWeight } from '../../averaging/mixing.ts'
import { RefusedError } from '../errors.ts'
import type { Standing } from '../membership/standing.ts'
import type { AbortOptions, PeerId } from '../ports.ts'
import { createAttendedTime } from '../waiting/attended-time.ts'
import { createCondition } from '../waiting/condition.ts'
import { createAttendance } from './attendance.ts'
import { AVERAGING_PAUSE_MS } from './constants.ts'
import type { Meeting, MeetingOptions } from './meeting.ts'
import { createRoundEnd, type Round } from './round-end.ts'
import { createRoundNumber } from './round-number.ts'
import { frozenTerms } from './terms.ts'

export interface RoundsOptions extends MeetingOptions {
  readonly self: PeerId
  readonly standing: Pick<Standing, 'level' | 'isAvoided' | 'isResting'>
  readonly training: {
    /** Whether this peer, which has done its own steps, trains on for the sake of that one. */
    trainsOnFor(peer: PeerId): boolean
  }
}

export function createRounds(options: RoundsOptions): Meeting {
  const { self, replica, clock, lateness, partners, engagements, participation, news, isTraining, training, sketches } =
    options
  const { neighbours, willing } = partners
  const condition = createCondition(clock)
  const attended = createAttendedTime(clock)
  const number = createRoundNumber(neighbours)
  /** Those that wait for this peer to come. */
  const waiting = new Set<PeerId>()
  const attendance = createAttendance(options)
  let open: Round | undefined

  /** Whether an exchange with this peer is under way, or not settled. */
  const isEngaged = (peer: PeerId) => engagements.engaged(peer) || engagements.outstanding(peer)
  const isOver = createRoundEnd({ lateness, attendance, training, willing, isEngaged, attended })

  function withNews(linked: readonly PeerId[]): readonly PeerId[] {
    return news.among(linked.filter(peer => willing(peer) && !attendance.isLetBe(peer, linked)))
  }

  /** The peer with the smaller id begins: that it is always the same one spares every link a refusal. */
  function begins(round: Round, partner: PeerId): boolean {
    if (round.asked.has(partner) || round.present.has(partner) || isEngaged(partner)) return false
    if (attendance.isLetBe(partner, round.linked)) return false
    if (attendance.isChased(partner)) return true
    // One that trains no more comes for news alone, and may have none of this peer.
    if (isTraining() && !partners.trains(partner)) return true
    const patience = isTraining() ? lateness.tolerance() : Math.min(lateness.tolerance(), AVERAGING_PAUSE_MS)
    // Asked is everybody, though not everybody is waited for.
    return self < partner || attended() - round.opened > patience
  }

  async function link(round: Round, partner: PeerId, withdraw: AbortSignal, abort: AbortOptions): Promise<void> {
    round.asked.add(partner)
    if (partner < self) attendance.chase(partner)
    const averaged = await options.exchange(partner, round.terms, { round: number.now(), withdraw })
    if (averaged) round.missing.delete(partner)
    // Not at once, or two that refuse each other would do nothing else.
    else if (!withdraw.aborted) await condition.wait(abort).catch(() => {})
    round.asked.delete(partner)
    condition.notify()
  }

  function leave(round: Round): void {
    const waited = attended() - round.opened
    for (const peer of round.missing) {
      if (isEngaged(peer)) lateness.flowing(peer, waited)
      if (!attendance.isAwaited(peer, round.linked) && round.met.size > 0) continue
      lateness.missed(peer)
      attendance.leave(peer)
    }
    open = undefined
    condition.notify()
  }

  return {
    async average(abort) {
      const next = number.next()
      const linked = neighbours(next)
      const present = new Set(linked.filter(peer => waiting.has(peer) && willing(peer)))
      const missing = new Set(isTraining() ? linked.filter(willing) : [...withNews(linked), ...present])
      if (missing.size === 0 && !isTraining()) return { asked: 0, made: 0 }
      number.advance(next)
      const terms = frozenTerms(replica, () => metropolisWeight(linked.length, 1), sketches)
      const busy = new Set(linked.filter(isEngaged))
      const round: Round = {
        opened: attended(),
        terms,
        linked,
        missing,
        busy,
        asked: new Set(),
        present,
        met: new Set(),
        served: false,
      }
      open = round
      condition.notify()
      const withdrawal = new AbortController()
      try {
        while (!isOver(round)) {
          for (const partner of missing) {
            if (begins(round, partner)) void link(round, partner, withdrawal.signal, abort)
          }
          await condition.wait(abort, lateness.tolerance())
        }
      } finally {
        leave(round)
        withdrawal.abort(new RefusedError('the round went on without it'))
      }
      return { asked: linked.length, made: round.met.size }
    },

    async terms(partner, round, abort) {
      if (round === undefined) throw new RefusedError('averages in rounds')
      number.heard(partner, round)
      attendance.leave(partner)
      waiting.add(partner)
      try {
        while (open?.missing.has(partner) !== true) {
          // There is no next interval after which it would be its turn.
          if (open !== undefined && !isTraining() && open.linked.includes(partner) && !open.met.has(partner)) {
            open.missing.add(partner)
            break
          }
          if (!participation.isOpen()) throw new RefusedError('not averaging')
          await condition.wait(abort)
        }
        open.present.add(partner)
        return open.terms
      } finally {
        waiting.delete(partner)
      }
    },

    applied(partner, terms) {
      if (open !== undefined && open.terms === terms && open.missing.delete(partner)) {
        open.met.add(partner)
        open.served ||= training.trainsOnFor(partner)
      }
      lateness.came(partner)
      condition.notify()
    },

    over: condition.notify,
  }
}
