import type { Events } from '../events.ts'
import type { Lifetime } from '../lifetime.ts'
import type { PeerPhase } from '../phase.ts'
import type { Seal } from '../seal/seal.ts'
import type { Beginning } from './beginning.ts'
import type { PeerWatch } from './peer-watch.ts'

/** Looks again at what the swarm has said, and does what follows from it. */
export type Review = () => void

export interface ReviewOptions {
  /** Whether this peer averages with others at all. */
  readonly averages: boolean
  readonly lifetime: Lifetime
  readonly phase: PeerPhase
  readonly beginning: Beginning
  readonly seal: Seal
  readonly peerWatch: PeerWatch
  readonly events: Events
}

export function createReview(options: ReviewOptions): Review {
  const { averages, lifetime, phase, beginning, seal, peerWatch, events } = options

  function review(): void {
    // A peer that only listens has not begun, and takes no seal: it may not know yet what its parameters are to be used with.
    if (!averages || !lifetime.started) return
    beginning.heard()
    seal.consider(lifetime.stop).then(peerWatch.look, lifetime.fail)
  }

  events.on('contact', () => {
    if (phase.now() !== 'training') events.emit('changed', {})
    review()
  })
  return review
}
