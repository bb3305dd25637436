/**
 * Whether a peer trains: until it has done its steps, and on, beside those that have not, for as long as the swarm waits for them.
 *
 * @packageDocumentation
 */

import type { Events } from '../events.ts'
import type { ActiveMembers } from '../membership/active-members.ts'
import { announceInterval } from '../membership/announce-interval.ts'
import type { Announcement } from '../membership/announcement.ts'
import { ANNOUNCE_GAP_MS } from '../membership/constants.ts'
import type { Member, Membership } from '../membership/membership.ts'
import type { UsualInterval } from '../pace/usual-interval.ts'
import type { PeerPhase } from '../phase.ts'
import type { AbortOptions, Clock, PeerId } from '../ports.ts'
import type { Contribution } from '../state/contribution.ts'
import { createCondition } from '../waiting/condition.ts'
import { DONE_WAIT_INTERVALS } from './constants.ts'
import { isUnfinished, type RunTime } from './run-time.ts'

export interface TrainingCourseOptions {
  readonly clock: Clock
  readonly runTime: RunTime
  readonly contribution: Contribution
  /** Own steps that this peer trains at least; with 0 it never trains. */
  readonly steps: number
  /** Whether it averages with others; else it trains for itself alone. */
  readonly averages: boolean
  readonly phase: PeerPhase
  readonly usualInterval: UsualInterval
  readonly activeMembers: ActiveMembers
  readonly membership: Pick<Membership, 'size'>
  readonly events: Pick<Events, 'emit'>
}

export interface TrainingCourse {
  /** Whether this peer has done its own steps. */
  done(): boolean
  /** Whether it has, or is waited for no longer: this is what partners are told. */
  mayEnd(): boolean
  /** Whether there is something to train: own steps, or those of others that have not done theirs. */
  trains(): boolean
  /** Whether others that have done their steps train on for those that have not. */
  othersTrainOn(): boolean
  /** Whether this peer, which has done its own steps, trains on for the sake of that one. */
  trainsOnFor(peer: PeerId): boolean
  /** A partner has said, in an exchange, whether it trains no more for its own sake: sooner than by its next announcement. */
  partnerSaid(peer: PeerId, done: boolean): void
  heard(peer: PeerId, announcement: Announcement): void
  /** Looks again at the members, after some of them were heard. */
  look(): void
  /** An interval of training has ended; averaging follows. */
  intervalEnded(): void
  /**
   * Waits, for a moment, until somebody has said since the last interval that it has not done its steps, or all have that they have: those
   * that began together end together.
   */
  hearOthers(options: AbortOptions): Promise<void>
}

export function createTrainingCourse(options: TrainingCourseOptions): TrainingCourse {
  const { clock, runTime, contribution, steps, averages, phase, usualInterval, activeMembers, membership, events } =
    options
  const changes = createCondition(clock)
  const knownDone = new Set<PeerId>()
  /** When each said last that it has not done its steps. */
  const saidBehind = new Map<PeerId, number>()
  let ended = Number.NEGATIVE_INFINITY
  let saidDone = false

  const done = () => contribution.ownSteps() >= steps
  const isBehind = ({ peer, announcement }: Member) => isUnfinished(announcement) && !knownDone.has(peer)
  /** News from before the last interval is old: to train on alone, beside others that have ended, would make their model one's own. */
  const isSurelyBehind = (member: Member) => isBehind(member) && (saidBehind.get(member.peer) ?? 0) >= ended

  return {
    done,
    mayEnd: () => done() || runTime.over(usualInterval.milliseconds()),

    trains() {
      if (steps === 0 || !runTime.begun() || (phase.now() !== 'training' && phase.now() !== 'averaging')) return false
      if (!averages) return !done()
      const members = activeMembers.all()
      runTime.look(members, done())
      if (runTime.over(usualInterval.milliseconds())) return false
      return !done() || members.some(isSurelyBehind)
    },

    othersTrainOn: () =>
      averages && activeMembers.all().some(({ peer, announcement }) => announcement.done || knownDone.has(peer)),

    trainsOnFor: peer =>
      averages &&
      done() &&
      !runTime.over() &&
      activeMembers.all().some(member => member.peer === peer && isBehind(member)),

    partnerSaid(peer, isDone) {
      if (isDone) knownDone.add(peer)
      else saidBehind.set(peer, clock.now())
      changes.notify()
    },

    heard(peer, announcement) {
      const { phase: announced } = announcement
      // A peer that comes back may have lost its last steps.
      if (announced === 'waiting' || announced === 'left') knownDone.delete(peer)
      if (isUnfinished(announcement)) saidBehind.set(peer, clock.now())
      else saidBehind.delete(peer)
    },

    look() {
      // Soon, and not only after an interval, or a peer with long ones would count another T.
      if (averages) runTime.look(activeMembers.all(), done())
      changes.notify()
    },

    intervalEnded() {
      ended = clock.now()
      // The others measure T by it.
      if (done() && !saidDone) events.emit('changed', {})
      saidDone = done()
    },

    async hearOthers(abort) {
      const since = clock.now()
      const isOpen = () => activeMembers.all().some(isBehind) && !activeMembers.all().some(isSurelyBehind)
      if (!isOpen()) return
      events.emit('news', {})
      const limit = DONE_WAIT_INTERVALS * announceInterval(membership.size()) + ANNOUNCE_GAP_MS
      while (clock.now() - since < limit && isOpen() && !abort.signal.aborted) {
        await changes.wait(abort).catch(() => {})
      }
    },
  }
}
