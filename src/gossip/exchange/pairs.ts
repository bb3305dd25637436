/**
 * Averaging in pairs: whoever has ended an interval averages with one other that has, at random among its neighbours. An exchange
 * counts for both, so each interval asks for one, whoever begins it.
 *
 * @packageDocumentation
 */

import { RefusedError } from '../errors.ts'
import type { Lateness } from '../pace/lateness.ts'
import type { AbortOptions, Clock, PeerId } from '../ports.ts'
import type { Replica } from '../state/replica.ts'
import { createAttention } from '../waiting/attended-time.ts'
import { createCondition } from '../waiting/condition.ts'
import { type Terms, termsNow } from './exchange.ts'
import type { BeginExchange, Meeting } from './meeting.ts'

export interface PairsOptions {
  readonly replica: Replica
  readonly clock: Clock
  readonly lateness: Lateness
  /** What is left of this peer's own share for another exchange. */
  readonly weight: () => number
  /** A partner to ask next, of those for which it holds where there are any; undefined where nobody is free. */
  readonly next: (preferred: (peer: PeerId) => boolean) => PeerId | undefined
  /** Whether this peer takes part in exchanges now. */
  readonly averages: () => boolean
  /** Whether it is in one. */
  readonly busy: () => boolean
  /** Whether it trains no more, so that it may be met at any time. */
  readonly always: () => boolean
  /** Whether it may begin an exchange now. */
  readonly mayBegin: () => boolean
  readonly exchange: BeginExchange
}

/** An interval's end. */
interface Visit {
  readonly opened: number
  /** Those that were asked, and when. */
  readonly asked: Map<PeerId, number>
  made: number
}

export function createPairs(options: PairsOptions): Meeting {
  const { replica, clock, lateness } = options
  const condition = createCondition(clock)
  const attended = createAttention(clock)
  const never = new AbortController().signal
  /** Those that wait for this peer to come. */
  const waiting = new Set<PeerId>()
  let open: Visit | undefined

  const liveTerms = (): Terms => termsNow(replica, options.weight, replica.parameters)

  async function link(visit: Visit, partner: PeerId, withdraw: AbortSignal): Promise<void> {
    visit.asked.set(partner, attended())
    const averaged = await options.exchange(partner, liveTerms(), { withdraw })
    if (averaged) lateness.came(partner)
    visit.asked.delete(partner)
    condition.notify()
  }

  /** Another is asked where the last one lets itself be waited for, so that nobody waits for one particular partner. */
  function mayAsk(visit: Visit): boolean {
    if (visit.made > 0 || waiting.size > 0 || !options.mayBegin()) return false
    return [...visit.asked.values()].every(asked => attended() - asked > lateness.tolerance())
  }

  async function averageOnce(abort: AbortOptions): Promise<number> {
    const partner = options.next(() => true)
    if (partner === undefined || !options.mayBegin()) return 0
    abort.signal.throwIfAborted()
    return (await options.exchange(partner, liveTerms(), { withdraw: never })) ? 1 : 0
  }

  return {
    async average(abort) {
      if (options.always()) return { asked: 0, made: await averageOnce(abort) }
      const visit: Visit = { opened: attended(), asked: new Map(), made: 0 }
      open = visit
      condition.notify()
      const withdrawal = new AbortController()
      // Those that wait already are answered first.
      if (waiting.size > 0) await condition.wait(abort, lateness.tolerance())
      try {
        while (attended() - visit.opened < lateness.limit() && options.averages()) {
          if (visit.made > 0 && withdrawal.signal.aborted && !options.busy()) break
          if (visit.made > 0) withdrawal.abort(new RefusedError('it has averaged with another'))
          else if (mayAsk(visit)) {
            const partner = options.next(peer => lateness.isExpected(peer) && !visit.asked.has(peer))
            if (partner !== undefined && !visit.asked.has(partner)) void link(visit, partner, withdrawal.signal)
            else if (partner === undefined && visit.asked.size === 0 && !options.busy()) break
          }
          await condition.wait(abort, lateness.tolerance())
        }
      } finally {
        for (const [peer, asked] of visit.asked) {
          if (attended() - asked > lateness.tolerance()) lateness.missed(peer)
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
        while (open === undefined && !options.always()) {
          if (!options.averages()) throw new RefusedError('not averaging')
          await condition.wait(abort)
        }
        return liveTerms()
      } finally {
        waiting.delete(partner)
        condition.notify()
      }
    },

    applied() {
      if (open !== undefined) open.made++
      condition.notify()
    },
  }
}
