import type { Events } from './events.ts'
import type { LostPartners } from './exchange/lost-partners.ts'
import { announceInterval } from './membership/announce-interval.ts'
import type { Portrait, Word } from './membership/announcement.ts'
import { encodeAnnouncement } from './membership/announcement-bytes.ts'
import { MAX_ADDRESSES } from './membership/constants.ts'
import type { Membership } from './membership/membership.ts'
import type { Reach } from './membership/reach.ts'
import type { Interval } from './pace/interval.ts'
import type { UsualInterval } from './pace/usual-interval.ts'
import type { PeerPhase, Phase } from './phase.ts'
import type { Network } from './ports.ts'
import type { Beginning } from './run/beginning.ts'
import type { Review } from './run/review.ts'
import type { RunTime } from './run/run-time.ts'
import type { TrainingCourse } from './run/training-course.ts'
import type { Choice } from './seal/choice.ts'
import type { Portraying } from './seal/portraying.ts'
import type { Seal } from './seal/seal.ts'
import type { Spread } from './seal/spread.ts'
import type { Incarnation } from './state/incarnation.ts'
import type { Replica } from './state/replica.ts'

/** The announcements that a peer makes about itself. */
export interface Outbound {
  /**
   * Says how this peer is, and looks at how the others are.
   *
   * @param every how long others are to expect that it says nothing more, in milliseconds
   */
  announce(every: number): void
  /** Looks at how the others are, and says nothing. */
  look(): void
  /** Says goodbye. */
  leave(): void
}

export interface OutboundOptions {
  /** Local steps that this peer is to train; with 0 it brings no data. */
  readonly steps: number
  readonly network: Network
  readonly incarnation: Incarnation
  readonly phase: PeerPhase
  readonly replica: Replica
  readonly membership: Membership
  readonly beginning: Beginning
  readonly training: TrainingCourse
  readonly usualInterval: UsualInterval
  readonly interval: Interval
  readonly runTime: RunTime
  readonly choice: Choice
  readonly seal: Seal
  readonly portray: Portraying
  readonly spread: Spread
  readonly lostPartners: LostPartners
  readonly reach: Reach
  readonly review: Review
  readonly events: Events
}

export function createOutbound(options: OutboundOptions): Outbound {
  const { steps, network, incarnation, phase, replica, membership, beginning, training, choice, seal } = options
  const { contribution } = replica

  const portrait = (): Portrait => ({
    sketch: choice.sketch(),
    addresses: network.addresses().slice(0, MAX_ADDRESSES),
  })

  function publish(as: Phase, every: number): void {
    const word: Word = {
      sequence: incarnation.nextSequence(),
      every: Math.round(every),
      phase: as,
      step: replica.step,
      age: replica.age,
      ownSteps: contribution.ownSteps(),
      hasData: steps > 0,
      ready: beginning.ready(),
      done: training.done(),
      partners: contribution.partners(),
      interval: options.usualInterval.milliseconds(),
      pace: options.interval.pace(),
      run: options.runTime.told(),
      choice: choice.hash(),
      refuses: seal.refuses(),
    }
    network.publish(encodeAnnouncement(options.portray(word, portrait))).catch(() => {
      // Best effort by contract: the next announcement says the same and more.
    })
  }

  function sweep(): void {
    for (const peer of membership.sweep()) options.events.emit('peer:leave', { peer })
    options.lostPartners.drop()
    options.reach.look()
  }

  function look(): void {
    options.spread.measure()
    options.review.now()
  }

  return {
    announce(every) {
      sweep()
      publish(phase.now(), every)
      look()
    },
    look() {
      sweep()
      look()
    },
    leave: () => publish('left', announceInterval(membership.size())),
  }
}
