/**
 * What follows from a peer's options, before anything is started.
 *
 * @packageDocumentation
 */

import { UsageError } from '../errors.ts'
import { otherSwarm } from '../gossip/errors.ts'
import type { Checkpoint } from '../gossip/state/checkpoint.ts'
import type { Bandwidth } from '../network/pace.ts'
import { type Recipe, recipeHash } from '../recipe/recipe.ts'
import { stepsForEpochs } from '../recipe/steps-for-data.ts'
import { beginNext, generationId } from './generation.ts'
import type { PeerOptions } from './peer.ts'

/** @throws UsageError where options contradict one another, or the recipe */
export function requireFitting(options: PeerOptions, recipe: Recipe): void {
  if (recipe.objective.task === 'consensus') {
    throw new UsageError('the task consensus is for simulations; a peer learns: classify, or language')
  }
  if (options.trainer !== undefined && (options.data !== undefined || options.shard !== undefined)) {
    throw new UsageError('a peer with a trainer of its own takes no data and no shard: the trainer has them')
  }
  if (options.trainer !== undefined && recipe.data.standardise) {
    throw new UsageError('a trainer of its own standardises its data itself; the recipe says data.standardise')
  }
  requireLength(options)
  requireCompany(options)
}

/** How long it trains. */
function requireLength({ steps, epochs, more, state }: PeerOptions): void {
  if (steps !== undefined && epochs !== undefined) {
    throw new UsageError('steps and epochs both say how long the peer trains: give one of them')
  }
  if (epochs !== undefined && !(epochs > 0 && Number.isFinite(epochs))) {
    throw new UsageError(`epochs is ${epochs}; it must be a number above 0`)
  }
  if (more !== undefined && !(Number.isInteger(more) && more >= 1)) {
    throw new UsageError(`more is ${more}; it must be a whole number of local steps, at least 1`)
  }
  if (more !== undefined && state === undefined) {
    throw new UsageError('more goes on from the parameters that were sealed in a state: give the folder, as state')
  }
}

/** Whom it waits for. */
function requireCompany({ alone, wait, stay, minimumPeers }: PeerOptions): void {
  if (wait !== undefined && !(wait >= 0))
    throw new UsageError(`wait is ${wait}; it must be a number of seconds, at least 0`)
  if (minimumPeers !== undefined && !(Number.isInteger(minimumPeers) && minimumPeers >= 1)) {
    throw new UsageError(`minimumPeers is ${minimumPeers}; it must be a whole number of at least 1`)
  }
  if (alone && (stay || wait !== undefined || minimumPeers !== undefined)) {
    throw new UsageError('a peer that trains alone waits for nobody: leave out stay, wait and minimumPeers')
  }
}

/**
 * The checkpoint from which a peer goes on.
 *
 * @throws CheckpointMismatchError where it belongs to another recipe, NothingSealedError where there is nothing to go on from
 */
export function resume(
  { more, state = '' }: PeerOptions,
  recipe: Recipe,
  checkpoint: Checkpoint | undefined,
): Checkpoint | undefined {
  const hash = recipeHash(recipe)
  if (checkpoint !== undefined && checkpoint.swarm !== generationId(hash, checkpoint.generation?.seals ?? [])) {
    throw otherSwarm(checkpoint.swarm, hash)
  }
  return more === undefined ? checkpoint : beginNext(checkpoint, { recipeHash: hash, steps: more, state })
}

/** Local steps that a peer trains at least. */
export function stepsOf(
  { steps, epochs, more }: PeerOptions,
  { training }: Recipe,
  samples: number,
  checkpoint: Checkpoint | undefined,
): number {
  if (more !== undefined) return more
  if (steps === undefined && epochs === undefined && checkpoint?.generation) return checkpoint.generation.steps
  return epochs === undefined ? (steps ?? training.steps) : stepsForEpochs(epochs, samples, training.batch)
}

const BITS_PER_BYTE = 8

/** @throws UsageError */
export function bandwidthOf(megabits: number | undefined): Bandwidth | undefined {
  if (megabits === undefined) return undefined
  if (!(megabits > 0)) throw new UsageError(`a bandwidth of ${megabits} Mbit/s carries nothing; it must be above 0`)
  const bytesPerSecond = (megabits * 1e6) / BITS_PER_BYTE
  return { upload: bytesPerSecond, download: bytesPerSecond }
}
