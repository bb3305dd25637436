/**
 * The time for which a swarm trains. A peer that has done its steps trains on while others have not; that ends when, after half of those
 * that began had done theirs in a time T, the recipe's patience times T has passed. Stragglers, newcomers without end and peers that only
 * say that they train all fall under this one rule.
 *
 * Times are told as durations, because nobody's clock is another's.
 *
 * @packageDocumentation
 */

import type { Announcement } from '../membership/announcement.ts'
import { MAX_RUN_MS } from '../membership/constants.ts'
import type { Member } from '../membership/membership.ts'
import { medianOf } from '../pace/recent.ts'
import type { Clock } from '../ports.ts'
import { OVERDUE_TRAINING_MS } from './constants.ts'

export interface RunTime {
  /** Whether this peer has made its first step, or is about to. */
  begun(): boolean
  /** It begins now: with the others that do, or in the middle of a run, whose time is the median of what its members say. */
  begin(members: readonly Member[]): void
  /** The run's times as they are announced. */
  told(): Announcement['run']
  /**
   * Looks at what has been announced.
   *
   * @param done whether this peer has done its steps
   */
  look(members: readonly Member[], done: boolean): void
  /**
   * Whether those that have not done their steps are waited for no longer.
   *
   * @param ahead as of so many milliseconds from now: what is begun has to end in time
   */
  over(ahead?: number): boolean
  /** Whether nobody can still be training that wants to end with the others. */
  overdue(): boolean
}

/** Whether others go on training for this one: it trains, or is about to begin. */
export function isUnfinished({ phase, hasData, done }: Announcement): boolean {
  return (phase === 'training' || phase === 'waiting') && hasData && !done
}

/** @param patience the recipe's, at least 1 */
export function createRunTime(clock: Clock, patience: number): RunTime {
  let began: number | undefined
  let founder = true
  /** T. */
  let halfTime: number | undefined

  const elapsed = () => Math.min(MAX_RUN_MS, clock.now() - (began ?? clock.now()))
  const past = (grace: number) => halfTime !== undefined && elapsed() > patience * halfTime + grace

  /**
   * Run times of members that have not sealed: half a second of age would be some intervals in which one trains, and the others have ended.
   */
  function runsOf(members: readonly Member[]): NonNullable<Announcement['run']>[] {
    return members.flatMap(({ announcement: { phase, run }, heard }) =>
      phase === 'sealed' || run === undefined ? [] : { ...run, elapsed: run.elapsed + clock.now() - heard },
    )
  }

  /** Half of those that began have done their steps; where none of them is left, half of all that train. */
  function halfAreDone(members: readonly Member[], selfDone: boolean): boolean {
    const trainers = members.map(({ announcement }) => announcement).filter(one => one.hasData && one.run !== undefined)
    const all = [...trainers, { done: selfDone, run: { founder } }]
    const founders = all.filter(one => one.run?.founder === true)
    const counted = founders.length > 0 ? founders : all
    return 2 * counted.filter(({ done }) => done).length >= counted.length
  }

  return {
    begun: () => began !== undefined,

    begin(members) {
      if (began !== undefined) return
      // A member that has not made its first step begins with this one.
      const under = runsOf(members.filter(({ announcement }) => announcement.ownSteps > 0))
      founder = under.length === 0
      began = clock.now() - (founder ? 0 : medianOf(under.map(run => run.elapsed)))
    },

    told: () => (began === undefined ? undefined : { elapsed: elapsed(), founder, halfTime }),

    look(members, done) {
      if (began === undefined || halfTime !== undefined) return
      const runs = runsOf(members)
      const founders = runs.filter(run => run.founder)
      // A latecomer goes by those that were there from the beginning: its own T would be another, and its training end later.
      const others = founders.length > 0 ? founders : runs
      const told = others.flatMap(run => run.halfTime ?? [])
      if (!founder && 2 * told.length > others.length) halfTime = medianOf(told)
      else if ((founder || founders.length === 0) && halfAreDone(members, done)) halfTime = elapsed()
    },

    over: (ahead = 0) => past(-ahead),
    overdue: () => past(OVERDUE_TRAINING_MS),
  }
}
