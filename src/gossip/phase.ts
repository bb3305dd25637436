import type { Clock } from './ports.ts'

/**
 * The phase of a peer: it waits for enough others before its first step, or for the seal of a run that has ended; it trains; it only
 * averages; it holds still while the swarm chooses one vector; it has seen everybody choose the same; it is leaving.
 */
export type Phase = 'waiting' | 'training' | 'averaging' | 'sealing' | 'sealed' | 'left'

/** The phase of a peer, and the moves from one phase to the next. Nothing else changes it. */
export interface PeerPhase {
  now(): Phase
  /** The wait is over, or others train again: this peer trains from here on. */
  train(): void
  /** Training is over, or there is none. */
  trained(): void
  /** The parameters keep still from here on: one vector is being chosen. */
  freeze(): void
  seal(): void
  /** The vector that was chosen, or sealed, does not stand: averaging goes on. */
  reopen(): void
  /** The peer is about to freeze: nothing new is begun, so that what is under way comes to an end. */
  close(): void
  /** It is not, after all. */
  open(): void
  /** For how long it has been about to freeze, in milliseconds. */
  closedFor(): number
  /** Whether a peer in this phase takes part in exchanges. */
  averages(): boolean
}

/** @param sealed whether the swarm had sealed when this peer was last alive */
export function createPhase(clock: Clock, sealed: boolean): PeerPhase {
  let phase: Phase = sealed ? 'sealed' : 'waiting'
  let closedAt: number | undefined

  return {
    now: () => phase,
    train() {
      if (phase === 'waiting' || phase === 'averaging') phase = 'training'
    },
    trained() {
      if (phase === 'waiting' || phase === 'training') phase = 'averaging'
    },
    freeze() {
      phase = 'sealing'
    },
    seal() {
      phase = 'sealed'
    },
    reopen() {
      phase = 'averaging'
      closedAt = undefined
    },
    close() {
      closedAt ??= clock.now()
    },
    open() {
      closedAt = undefined
    },
    closedFor: () => (closedAt === undefined ? 0 : clock.now() - closedAt),
    averages: () => closedAt === undefined && (phase === 'training' || phase === 'averaging'),
  }
}
