/**
 * Whether a peer trains: until it has done its steps, and on, beside those that have not, for as long as the swarm waits for them.
 *
 * @packageDocumentation
 */

import type { Phase } from './announcement.ts'
import { createCondition } from './condition.ts'
import { DONE_NEWS_MS } from './constants.ts'
import type { Contribution } from './contribution.ts'
import type { Member } from './membership.ts'
import type { AbortOptions, Clock, PeerId } from './ports.ts'
import { isUnfinished, type RunTime } from './run-time.ts'

export interface TrainingCourseOptions {
  readonly clock: Clock
  readonly runTime: RunTime
  readonly contribution: Contribution
  /** Own steps that this peer trains at least; with 0 it trains never. */
  readonly least: number
  /** Whether it averages with others; else it trains for itself alone. */
  readonly averages: boolean
  readonly phase: () => Phase
  /** Members whose voice counts. */
  readonly voices: () => readonly Member[]
  /** Tells the others how this peer is. */
  readonly announce: () => void
}

export interface TrainingCourse {
  /** Whether this peer has done its own steps. */
  done(): boolean
  /** Whether there is something to train: own steps, or those of others who have not done theirs. */
  trains(): boolean
  /** A partner has said, in an exchange, that it has done its steps: sooner than by its next announcement. */
  partnerDone(peer: PeerId): void
  /** Something was announced. */
  heard(peer: PeerId, phase: Phase): void
  /** Waits, for a moment, for what those that seemed to be behind say next: those that began together end together. */
  hearOthers(options: AbortOptions): Promise<void>
}

export function createTrainingCourse(options: TrainingCourseOptions): TrainingCourse {
  const { clock, runTime, contribution, least, averages, phase, voices } = options
  const news = createCondition(clock)
  const knownDone = new Set<PeerId>()

  const done = () => contribution.ownSteps() >= least
  const isBehind = ({ peer, announcement }: Member) => isUnfinished(announcement) && !knownDone.has(peer)

  return {
    done,

    trains() {
      if (least === 0 || !runTime.begun() || (phase() !== 'training' && phase() !== 'averaging')) return false
      if (!averages) return !done()
      const members = voices()
      runTime.look(members, done())
      if (runTime.over()) return false
      return !done() || members.some(isBehind)
    },

    partnerDone: peer => void knownDone.add(peer),

    heard(peer, announced) {
      // Whoever comes back may have lost its last steps.
      if (announced === 'waiting' || announced === 'left') knownDone.delete(peer)
      news.notify()
    },

    async hearOthers(abort) {
      const since = clock.now()
      const isUnheard = (member: Member) => isBehind(member) && member.heard < since
      options.announce()
      while (clock.now() - since < DONE_NEWS_MS && voices().some(isUnheard) && !abort.signal.aborted) {
        await news.wait(abort).catch(() => {})
      }
    },
  }
}
