/**
 * Averaging in pairs: a peer that has ended an interval averages with one other that has, at random among its neighbours. An exchange
 * counts for both, so each interval asks for one, whoever begins it.
 *
 * @packageDocumentation
 */

import { RefusedError } from '../errors.ts'
import type { AbortOptions, PeerId } from '../ports.ts'
import type { Engagement } from '../state/engagements.ts'
import { createAttendedTime } from '../waiting/attended-time.ts'
import { createCondition } from '../waiting/condition.ts'
import { MAX_BEGUN_EXCHANGES } from './constants.ts'
import type { Meeting, MeetingOptions } from './meeting.ts'
import { liveTerms, type Terms } from './terms.ts'

export interface PairsOptions extends MeetingOptions {
  /** One that trains no more may be met at any time. */
  readonly training: { trains(): boolean }
}

/** An interval's end. */
interface Visit {
  readonly opened: number
  /** Those that were asked, and when. */
  readonly asked: Map<PeerId, number>
  made: number
}

export function createPairs(options: PairsOptions): Meeting {
  const { replica, clock, lateness, partners, engagements, participation, news, isTraining, training, sketches } =
    options
  const condition = createCondition(clock)
  const attended = createAttendedTime(clock)
  const never = new AbortController().signal
  /** Those that wait for this peer to come. */
  const waiting = new Set<PeerId>()
  /** What this peer has begun since it trains no more, and has not ended. */
  const underWay = new Set<Promise<boolean>>()
  let open: Visit | undefined

  const termsNow = (): Terms => liveTerms(replica, engagements.ownShare, sketches)

  /** Whoever drags out what it has begun is not waited for. */
  const isStalling = ({ partner, began }: Engagement) =>
    clock.now() - began > lateness.tolerance() || lateness.stalls(partner) || lateness.hasSlowLink(partner)
  const isBusy = () => engagements.all().some(engagement => !isStalling(engagement))

  async function link(visit: Visit, partner: PeerId, withdraw: AbortSignal): Promise<void> {
    const asked = attended()
    visit.asked.set(partner, asked)
    const averaged = await options.exchange(partner, termsNow(), { withdraw })
    if (averaged) lateness.came(partner)
    else if (withdraw.aborted && attended() - asked > lateness.tolerance()) lateness.missed(partner)
    else if (withdraw.aborted) lateness.unanswered(partner)
    visit.asked.delete(partner)
    condition.notify()
  }

  /** Another is asked where the last one lets itself be waited for, so that nobody waits for one particular partner. */
  function mayAsk(visit: Visit): boolean {
    if (visit.made > 0 || waiting.size > 0) return false
    return [...visit.asked.values()].every(asked => attended() - asked > lateness.tolerance())
  }

  /** Over a long link several go on at once: then an exchange with one is not waited for to begin with another. */
  async function averageOnce(abort: AbortOptions): Promise<number> {
    const partner = partners.next({ duration: lateness.duration, ...(!isTraining() && { among: news.among }) })
    if (partner === undefined) return 0
    abort.signal.throwIfAborted()
    const exchange = options.exchange(partner, termsNow(), { withdraw: never })
    underWay.add(exchange)
    exchange.finally(() => underWay.delete(exchange)).catch(() => {})
    if (underWay.size < MAX_BEGUN_EXCHANGES) return 0
    return (await Promise.race(underWay)) ? 1 : 0
  }

  return {
    async average(abort) {
      if (!training.trains()) return { asked: 0, made: await averageOnce(abort) }
      const visit: Visit = { opened: attended(), asked: new Map(), made: 0 }
      open = visit
      condition.notify()
      const withdrawal = new AbortController()
      // Those that wait already are answered first.
      if (waiting.size > 0) await condition.wait(abort, lateness.tolerance())
      try {
        while (attended() - visit.opened < lateness.limit() && participation.isOpen()) {
          if (visit.made > 0 && withdrawal.signal.aborted && !isBusy()) break
          if (visit.made > 0) withdrawal.abort(new RefusedError('it has averaged with another'))
          else if (mayAsk(visit)) {
            const partner = partners.next({
              preferred: peer => lateness.isExpected(peer) && !visit.asked.has(peer),
              isSilent: lateness.isSilent,
              duration: lateness.duration,
            })
            if (partner !== undefined && !visit.asked.has(partner)) void link(visit, partner, withdrawal.signal)
            else if (partner === undefined && visit.asked.size === 0 && !isBusy()) break
          }
          await condition.wait(abort, lateness.tolerance())
        }
      } finally {
        for (const engagement of engagements.all()) {
          const { partner, began, due } = engagement
          if (due !== undefined && isStalling(engagement)) lateness.flowing(partner, clock.now() - began)
        }
        open = undefined
        withdrawal.abort(new RefusedError('it went on without an answer'))
        condition.notify()
      }
      return { asked: 1, made: visit.made }
    },

    async terms(partner, round, abort) {
      if (round !== undefined) throw new RefusedError('averages in pairs')
      waiting.add(partner)
      try {
        while (open === undefined && training.trains()) {
          if (!participation.isOpen()) throw new RefusedError('not averaging')
          await condition.wait(abort)
        }
        return termsNow()
      } finally {
        waiting.delete(partner)
        condition.notify()
      }
    },

    applied() {
      if (open !== undefined) open.made++
      condition.notify()
    },

    over: condition.notify,
  }
}
