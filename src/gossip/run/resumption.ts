/**
 * The parts of its checkpoint from which a peer starts again.
 *
 * @packageDocumentation
 */

import { OUTER_STATE } from '../../averaging/outer-step.ts'
import { hashParameters } from '../../parameters/hash.ts'
import { CheckpointMismatchError, otherSwarm } from '../errors.ts'
import type { PeerId, Trainer, TrainerState } from '../ports.ts'
import type { Checkpoint, SealedAs } from '../state/checkpoint.ts'
import { type Contribution, createContribution } from '../state/contribution.ts'
import { createLedger } from '../state/ledger.ts'
import type { ReplicaStart } from '../state/replica.ts'

/** The beginning of a peer's life. */
export interface Resumption {
  readonly start: ReplicaStart
  /** The trainer's, as of now. */
  readonly trainer: TrainerState
  /** The seal that a checkpoint holds. */
  readonly sealed: { readonly hash: string; readonly as: SealedAs } | undefined
}

/**
 * Gives the trainer back what it had, and takes the rest from the checkpoint; without one, a peer begins.
 *
 * @throws CheckpointMismatchError where it belongs to another swarm, peer or model
 */
export async function resume(
  checkpoint: Checkpoint | undefined,
  swarm: string,
  self: PeerId,
  trainer: Trainer,
): Promise<Resumption> {
  if (checkpoint !== undefined) {
    requireOurs(checkpoint, swarm, self, trainer.layout.length)
    await trainer.restore(withoutOuter(checkpoint.trainer))
  }
  const state = await trainer.state()
  return {
    start: {
      parameters: checkpoint?.parameters ?? (await trainer.initial()),
      step: checkpoint?.step ?? 0,
      age: checkpoint?.age ?? 0,
      ledger: createLedger(checkpoint),
      contribution: contributionIn(checkpoint),
    },
    trainer: state,
    sealed: sealedIn(checkpoint),
  }
}

/** @throws CheckpointMismatchError where it belongs to another swarm, peer or model */
function requireOurs(checkpoint: Checkpoint, swarm: string, self: PeerId, length: number): void {
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
 * The seal of a checkpoint that holds what was sealed; one that was reopened, and cut short, holds something else. A vector that one peer
 * has sealed alone, as version 0.1 did, is a checkpoint and no seal.
 */
function sealedIn(checkpoint: Checkpoint | undefined): { hash: string; as: SealedAs } | undefined {
  const { sealed: hash, sealedAs: as } = checkpoint ?? {}
  if (checkpoint === undefined || hash === undefined || as === undefined || as.members < 2) return undefined
  return hashParameters(checkpoint.parameters) === hash ? { hash, as } : undefined
}

/** The own steps of a checkpoint's peer; in version 0.1 they were those of the run. */
function contributionIn(checkpoint: Checkpoint | undefined): Contribution {
  if (checkpoint === undefined) return createContribution()
  const { step, contribution } = checkpoint
  return createContribution(contribution ?? { ownSteps: step, exchanges: 0, exchangesAsked: 0, averaged: {} })
}

/** The trainer's state as the trainer gave it. */
function withoutOuter({ tensors, metadata }: TrainerState): TrainerState {
  const own = Object.entries(tensors).filter(([name]) => !name.startsWith(OUTER_STATE))
  return { tensors: Object.fromEntries(own), metadata }
}

export function withTensors(state: TrainerState, more: TrainerState['tensors'] = {}): TrainerState {
  return { ...state, tensors: { ...state.tensors, ...more } }
}
