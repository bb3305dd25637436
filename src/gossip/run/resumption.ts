/**
 * What a peer takes from its checkpoint when it starts again.
 *
 * @packageDocumentation
 */

import { OUTER_STATE } from '../../averaging/outer-step.ts'
import { hashParameters } from '../../parameters/hash.ts'
import { CheckpointMismatchError, otherSwarm } from '../errors.ts'
import type { PeerId, TrainerState } from '../ports.ts'
import type { Checkpoint, SealedAs } from '../state/checkpoint.ts'
import { type Contribution, createContribution } from '../state/contribution.ts'

/** @throws CheckpointMismatchError where it belongs to another swarm, peer or model */
export function requireOurs(checkpoint: Checkpoint, swarm: string, self: PeerId, length: number): void {
  if (checkpoint.swarm !== swarm) throw otherSwarm(checkpoint.swarm, swarm)
  if (checkpoint.peer !== self) {
    throw new CheckpointMismatchError(`the checkpoint belongs to peer ${checkpoint.peer}, this is ${self}`)
  }
  if (checkpoint.parameters.length !== length) {
    throw new CheckpointMismatchError(
      `the checkpoint holds ${checkpoint.parameters.length} parameters, the recipe's model has ${length}`,
    )
  }
}

/**
 * The seal of a checkpoint that holds what was sealed; one that was reopened, and cut short, holds something else. What one peer has
 * sealed alone, as version 0.1 did, is a checkpoint and no seal.
 */
export function sealedIn(checkpoint: Checkpoint | undefined): { hash: string; as: SealedAs } | undefined {
  const { sealed: hash, sealedAs: as } = checkpoint ?? {}
  if (checkpoint === undefined || hash === undefined || as === undefined || as.members < 2) return undefined
  return hashParameters(checkpoint.parameters) === hash ? { hash, as } : undefined
}

/** What a checkpoint says of this peer's own steps; in version 0.1 they were those of the run. */
export function contributionIn(checkpoint: Checkpoint | undefined): Contribution {
  if (checkpoint === undefined) return createContribution()
  const { step, contribution } = checkpoint
  return createContribution(contribution ?? { ownSteps: step, exchanges: 0, exchangesAsked: 0, averaged: {} })
}

/** As the trainer gave it. */
export function withoutOuter({ tensors, metadata }: TrainerState): TrainerState {
  const own = Object.entries(tensors).filter(([name]) => !name.startsWith(OUTER_STATE))
  return { tensors: Object.fromEntries(own), metadata }
}

export function withTensors(state: TrainerState, more: TrainerState['tensors'] = {}): TrainerState {
  return { ...state, tensors: { ...state.tensors, ...more } }
}
