import type { Events } from '../events.ts'
import type { Lifetime } from '../lifetime.ts'
import type { PeerPhase } from '../phase.ts'
import type { Clock } from '../ports.ts'
import type { Seal } from '../seal/seal.ts'
import type { SketchNews } from '../seal/sketch-news.ts'
import { createTurns } from '../waiting/turns.ts'
import type { Beginning } from './beginning.ts'
import { REVIEW_GAP_MS } from './constants.ts'
import type { PeerWatch } from './peer-watch.ts'
import type { TrainingCourse } from './training-course.ts'

/** Looks again at what the swarm has said, and does what follows from it. */
export interface Review {
  now(): void
  /** Something was heard, or has ended: now where nothing was looked at a moment ago, else once for all that is heard in a moment. */
  soon(): void
}

export interface ReviewOptions {
  /** Whether this peer averages with others at all. */
  readonly averages: boolean
  readonly clock: Clock
  readonly lifetime: Lifetime
  readonly phase: PeerPhase
  readonly training: Pick<TrainingCourse, 'look'>
  readonly beginning: Beginning
  readonly seal: Seal
  readonly peerWatch: PeerWatch
  readonly sketchNews: Pick<SketchNews, 'rests'>
  readonly events: Events
}

export function createReview(options: ReviewOptions): Review {
  const { averages, clock, lifetime, phase, training, beginning, seal, peerWatch, sketchNews, events } = options

  function now(): void {
    training.look()
    peerWatch.look()
    // A peer that only listens has not begun, and takes no seal: it may not know yet what its parameters are to be used with.
    if (!averages || !lifetime.started) return
    beginning.heard()
    seal.consider(lifetime.stop).then(peerWatch.look, lifetime.fail)
  }

  const soon = createTurns(clock, REVIEW_GAP_MS, now, lifetime.stop)

  events.on('contact', () => {
    if (phase.now() === 'averaging') events.emit(sketchNews.rests() ? 'changed' : 'news', {})
    else if (phase.now() !== 'training') events.emit('news', {})
    soon()
  })
  return { now, soon }
}
