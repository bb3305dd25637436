/**
 * The time for which a swarm trains. A peer that has done its steps trains on while others have not; that ends when, after half of those
 * that began had done theirs in a time T, the recipe's patience times T has passed. Stragglers, newcomers without end and peers that only
 * say that they train all fall under this one rule.
 *
 * Times are told as durations, because nobody's clock is another's.
 *
 * @packageDocumentation
 */

import { medianOf } from '../../averaging/medians.ts'
import type { Announcement } from '../membership/announcement.ts'
import { MAX_RUN_MS } from '../membership/constants.ts'
import type { Member } from '../membership/membership.ts'
import type { Clock, PeerId } from '../ports.ts'
import { FOUNDING_MS, GUARDED_MEMBERS, OVERDUE_TRAINING_MS, STALLED_TRAINING_MS } from './constants.ts'

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
  /** Whether those that have not done their steps are still waited for, or nobody knows how long others need. */
  waits(): boolean
  /** The recipe's patience times T, in milliseconds; undefined while nobody knows how long others need. */
  patience(): number | undefined
  /** Whether nobody can still be training that wants to end with the others. */
  overdue(): boolean
}

/** Whether others go on training for this one: it trains, or is about to begin. */
export function isUnfinished({ phase, hasData, done }: Announcement): boolean {
  return (phase === 'training' || phase === 'waiting') && hasData && !done
}

/**
 * @param patience the recipe's, at least 1
 * @param knows whether an exchange with this member was completed: one that only says something can be anybody
 */
export function createRunTime(clock: Clock, patience: number, knows: (peer: PeerId) => boolean): RunTime {
  let began: number | undefined
  let founder = true
  /** Those that were there, with data, when this peer began. */
  let present: ReadonlySet<PeerId> = new Set()
  /** T. */
  let halfTime: number | undefined
  /** Since when half of those with whom this peer has averaged have done their steps, itself among them; as a run time. */
  let nearDone: number | undefined

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

  /**
   * Half of those that began have done their steps; where none of them is left, half of all that train. Who was there in the beginning and
   * has not said when it began is one of them; who says that it is done counts once it has averaged with this peer.
   */
  function halfAreDone(members: readonly Member[], selfDone: boolean): boolean {
    const trainers = members.flatMap(({ peer, announcement: { hasData, done, run } }) =>
      hasData && (run !== undefined || present.has(peer))
        ? [{ done: done && knows(peer), founder: run?.founder ?? true }]
        : [],
    )
    const all = [...trainers, { done: selfDone, founder }]
    const founders = all.filter(one => one.founder)
    const counted = founders.length > 0 ? founders : all
    const isDone = 2 * counted.filter(({ done }) => done).length - counted.length
    return counted.length < GUARDED_MEMBERS ? isDone >= 0 : isDone > 0
  }

  /** Those with whom this peer has averaged, once they are half of all; before that, everybody. */
  function heeded(members: readonly Member[]): readonly Member[] {
    const known = members.filter(({ peer }) => knows(peer))
    return 2 * known.length >= members.length ? known : members
  }

  /** T of those with whom this peer has averaged, once that of all has not come for too long: most of them only say that they train. */
  function nearTime(members: readonly Member[], selfDone: boolean): number | undefined {
    const known = members.filter(({ peer }) => knows(peer))
    nearDone = selfDone && halfAreDone(known, selfDone) ? (nearDone ?? elapsed()) : undefined
    const isStalled = nearDone !== undefined && elapsed() > patience * nearDone + STALLED_TRAINING_MS
    return isStalled ? nearDone : undefined
  }

  return {
    begun: () => began !== undefined,

    begin(members) {
      if (began !== undefined) return
      // Those that have just made their first steps begin with this one, whatever they say of how many they have made.
      const under = runsOf(members.filter(({ announcement }) => announcement.ownSteps > 0)).filter(
        ({ elapsed }) => elapsed > FOUNDING_MS,
      )
      present = new Set(members.filter(({ announcement }) => announcement.hasData).map(({ peer }) => peer))
      // A few that say that they have trained have made no run of it, or one liar could tell all that are about to begin that it is over.
      founder = under.length === 0 || 2 * under.length < present.size
      began = clock.now() - (founder ? 0 : medianOf(under.map(run => run.elapsed)))
    },

    told() {
      if (began === undefined) return undefined
      return {
        elapsed: Math.round(elapsed()),
        founder,
        ...(halfTime !== undefined && { halfTime: Math.round(halfTime) }),
      }
    },

    look(members, done) {
      if (began === undefined || halfTime !== undefined) return
      const voices = heeded(members)
      const known = runsOf(members.filter(({ peer }) => knows(peer)))
      if (!founder && known.length > 0) began = clock.now() - medianOf(known.map(run => run.elapsed))
      const founders = runsOf(voices).filter(run => run.founder)
      // A latecomer goes by those that were there from the beginning: its own T would be another, and its training end later.
      const knownFounders = known.filter(run => run.founder)
      const others = founders.length > 0 ? founders : runsOf(voices)
      const told = (founders.length > 0 ? knownFounders : known).flatMap(run => run.halfTime ?? [])
      if (!founder && 2 * told.length > others.length) halfTime = medianOf(told)
      else if ((founder || founders.length === 0) && halfAreDone(members, done)) halfTime = elapsed()
      else halfTime = nearTime(members, done)
    },

    over: (ahead = 0) => past(-ahead),
    waits: () => !past(0),
    patience: () => (halfTime === undefined ? undefined : patience * halfTime),
    overdue: () => past(OVERDUE_TRAINING_MS),
  }
}
