import type { Lifetime } from '../lifetime.ts'
import type { PeerPhase } from '../phase.ts'

/** The view that exchanges have of late joining: whether this peer may have come late, and the news that it no longer counts as late. */
export interface Newcomer {
  /** Whether this peer should catch up with one of this age before it averages. */
  behind(age: number): boolean
  /** Whether it knows of somebody to catch up with. */
  pending(): boolean
  /** An exchange was applied: from now on this peer's parameters count like everyone's. */
  established(): void
}

/** Whether this peer takes part in exchanges now. */
export interface Participation {
  isOpen(): boolean
  /** Why it does not, where it does not. */
  refusal(): string | undefined
}

/** @param averages whether this peer averages with others at all */
export function createParticipation({
  averages,
  lifetime,
  phase,
  newcomer,
}: {
  averages: boolean
  lifetime: Lifetime
  phase: PeerPhase
  newcomer: Newcomer
}): Participation {
  const isOpen = () => averages && !lifetime.stop.signal.aborted && phase.averages() && !newcomer.pending()
  return {
    isOpen,
    refusal: () => (isOpen() ? undefined : `not averaging (${phase.now()})`),
  }
}
