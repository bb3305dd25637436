/**
 * What others say of ages and steps is believed as far as somebody could have trained that much by now. More than that is no violation,
 * because a slow clock, or a machine much slower than others, makes it out of the truth; it only counts as the most that is believed.
 *
 * @packageDocumentation
 */

import { medianOf } from '../../averaging/medians.ts'
import { MAX_MEMBERS, MAX_STEPS } from '../constants.ts'
import { FEWEST_PACES } from '../pace/constants.ts'
import type { Clock, PeerId } from '../ports.ts'
import type { Announcement } from './announcement.ts'
import { ANNOUNCE_INTERVAL_MS, BELIEVED_LEAD_MS, BELIEVED_PACE, LEAST_PACE_MS } from './constants.ts'
import type { Membership } from './membership.ts'

export interface BelievedSteps {
  /** What a member has announced, with as many steps as are believed. */
  announced(peer: PeerId, announcement: Announcement): Announcement
  /** The age that a partner has said in an exchange, as far as it is believed. */
  age(peer: PeerId, age: number): number
}

export interface BelievedStepsOptions {
  readonly clock: Clock
  readonly membership: Pick<Membership, 'isGone' | 'paces'>
  /** This peer's own, which it knows. */
  readonly replica: { readonly age: number }
  readonly interval: {
    /** What a local step takes here, in milliseconds; undefined before one was measured. */
    pace(): number | undefined
    /** Local steps between two exchanges. */
    steps(): number
  }
  readonly runTime: {
    /** The run's times, once this peer has begun. */
    told(): { readonly elapsed: number } | undefined
  }
  /** Whether this peer goes on from a checkpoint, so that the run is older than it knows. */
  readonly resumes: boolean
}

type Steps = Pick<Announcement, 'age' | 'step' | 'ownSteps'>

export function createBelievedSteps(options: BelievedStepsOptions): BelievedSteps {
  const { clock, membership, replica, interval, runTime, resumes } = options
  /** The first that was believed of each, and when. What is said later is measured by that, so that many small claims are one large one. */
  const firsts = new Map<PeerId, Steps & { readonly at: number }>()
  let measured = { at: Number.NEGATIVE_INFINITY, pace: LEAST_PACE_MS, lead: 0 }

  /**
   * What a local step takes where it takes least, as far as this peer or most others have seen, in milliseconds; and the steps by which others
   * may be ahead because they began sooner. Both rest on what all members say, so they are not looked at for each that says something.
   */
  function measure(): { readonly pace: number; readonly lead: number } {
    const now = clock.now()
    if (now - measured.at < ANNOUNCE_INTERVAL_MS) return measured
    const others = membership.paces()
    const known = [interval.pace(), others.length < FEWEST_PACES ? undefined : medianOf(others)].filter(
      one => one !== undefined,
    )
    const pace = known.length === 0 ? LEAST_PACE_MS : Math.max(LEAST_PACE_MS, Math.min(...known))
    measured = { at: now, pace, lead: BELIEVED_LEAD_MS / pace + 2 * interval.steps() }
    return measured
  }

  /** The most that is believed of each kind of steps now. */
  function mostOf(peer: PeerId, kind: keyof Steps): number {
    const { pace, lead } = measure()
    const trained = (milliseconds: number) => milliseconds / pace
    const first = firsts.get(peer)
    const run = resumes ? undefined : runTime.told()
    const grown = first === undefined ? Infinity : first[kind] + BELIEVED_PACE * trained(clock.now() - first.at)
    const sinceBeginning = run === undefined ? Infinity : BELIEVED_PACE * trained(run.elapsed)
    // Whoever merges with one that is ahead is as far as that one: as this peer is itself, for all that it knows.
    const most = Math.max(replica.age, Math.min(grown, sinceBeginning))
    return Math.floor(most + lead)
  }

  function remember(peer: PeerId, { age, step, ownSteps }: Steps): void {
    if (firsts.has(peer)) return
    if (firsts.size >= MAX_MEMBERS) for (const each of firsts.keys()) if (membership.isGone(each)) firsts.delete(each)
    if (firsts.size < MAX_MEMBERS) firsts.set(peer, { age, step, ownSteps, at: clock.now() })
  }

  return {
    announced(peer, announcement) {
      const most = (kind: keyof Steps) => Math.min(MAX_STEPS, announcement[kind], mostOf(peer, kind))
      const believed = { age: most('age'), step: most('step'), ownSteps: most('ownSteps') }
      remember(peer, believed)
      const { age, step, ownSteps } = announcement
      if (age === believed.age && step === believed.step && ownSteps === believed.ownSteps) return announcement
      return { ...announcement, ...believed }
    },
    age: (peer, age) => Math.min(age, mostOf(peer, 'age')),
  }
}
