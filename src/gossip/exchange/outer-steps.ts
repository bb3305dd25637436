import type { LiveRule } from '../../averaging/rule.ts'
import type { Events } from '../events.ts'
import type { PeerPhase } from '../phase.ts'
import type { TrainerState } from '../ports.ts'
import type { Replica } from '../state/replica.ts'

/** The steps that some rules take beyond averaging, with a momentum of their own. */
export interface OuterSteps {
  /** An exchange, or in step a round, is complete. */
  take(): void
  /** The state that must outlive a crash; undefined where the rule takes no such steps. */
  tensors(): TrainerState['tensors'] | undefined
}

/** @param kept the tensors of a checkpoint, the trainer's own among them */
export function createOuterSteps(
  { rule, replica, phase, events }: { rule: LiveRule; replica: Replica; phase: PeerPhase; events: Events },
  kept: TrainerState['tensors'] | undefined,
): OuterSteps {
  const outer = rule.live.outerStep?.(replica.parameters)
  if (kept !== undefined) outer?.restore(kept)
  events.on('replaced', () => outer?.restart(replica.parameters))

  return {
    take() {
      // Agreement is plain averaging: momentum would go on moving the mean.
      if (outer !== undefined && phase.now() === 'training') replica.add(outer.step(replica.parameters))
    },
    tensors: () => outer?.state(),
  }
}
