import { OUTER_STATE } from '../averaging/outer-step.ts'
import { CheckpointMismatchError } from '../gossip/errors.ts'
import type { Checkpoint } from '../gossip/state/checkpoint.ts'
import { type FrozenPart, movingOf } from '../parameters/frozen.ts'
import { hashParameters } from '../parameters/hash.ts'
import { type Recipe, recipeHash, recipeHashWithPath } from '../recipe/recipe.ts'
import { generationId } from './generation.ts'

/**
 * A checkpoint of version 0.1 as this version has it: under the swarm id without the path of the model's file, and without what is
 * frozen, which every peer kept and sent then. One that is so already stays as it is, the same object.
 *
 * @throws CheckpointMismatchError where exchanges are open in it that only version 0.1 can finish
 */
export function takeOver(
  checkpoint: Checkpoint | undefined,
  recipe: Recipe,
  frozen: FrozenPart | undefined,
): Checkpoint | undefined {
  if (checkpoint === undefined) return undefined
  const seals = checkpoint.generation?.seals ?? []
  const isOfPath = checkpoint.swarm === generationId(recipeHashWithPath(recipe), seals)
  const renamed = isOfPath ? { ...checkpoint, swarm: generationId(recipeHash(recipe), seals) } : checkpoint
  const same = renamed.swarm === checkpoint.swarm ? checkpoint : renamed
  return frozen === undefined || same.parameters.length !== frozen.layout.length ? same : withoutFrozen(same, frozen)
}

function withoutFrozen(checkpoint: Checkpoint, { layout }: FrozenPart): Checkpoint {
  const open = checkpoint.decisions.length + checkpoint.doubts.length + (checkpoint.aborts ?? []).length
  if (open > 0) {
    throw new CheckpointMismatchError(
      `the checkpoint is of version 0.1, which sent frozen layers too, with ${open} open exchanges that only that version can finish: ` +
        'run it on this state until the peer stops by itself, and then come back',
    )
  }
  const moving = (vector: Float32Array) => (vector.length === layout.length ? movingOf(layout, vector) : vector)
  const { sealed, trainer } = checkpoint
  const parameters = moving(checkpoint.parameters)
  const tensors = Object.entries(trainer.tensors).map(([name, vector]) => [
    name,
    name.startsWith(OUTER_STATE) ? moving(vector) : vector,
  ])
  return {
    ...checkpoint,
    parameters,
    // Everybody who has sealed the whole vector takes it over alike.
    sealed: sealed === hashParameters(checkpoint.parameters) ? hashParameters(parameters) : sealed,
    trainer: { ...trainer, tensors: Object.fromEntries(tensors) },
  }
}
