/**
 * Generations after a seal. A sealed swarm that trains on, with new data or new members, is another swarm: its id is made of the one
 * before and of the seal from which it begins, so that those who begin from different seals are not mixed.
 *
 * @packageDocumentation
 */

import { createHash } from 'node:crypto'
import { UsageError } from '../errors.ts'
import type { Checkpoint, Generation } from '../gossip/state/checkpoint.ts'
import { hashParameters } from '../parameters/hash.ts'

/** There is no seal from which another generation could begin. */
export class NothingSealedError extends UsageError {
  override readonly name = 'NothingSealedError'
}

/** The id of the swarm that has gone on from these seals, one after the other: SHA-256(id before ‖ seal), as hex. */
export function generationId(recipeHash: string, seals: readonly string[]): string {
  return seals.reduce((swarm, seal) => createHash('sha256').update(`${swarm}${seal}`).digest('hex'), recipeHash)
}

/**
 * The state in which a peer begins to train so many steps more. One that has begun already goes on: whoever repeats a command after a
 * crash means the same generation.
 *
 * @param state named in messages
 * @throws NothingSealedError
 */
export function beginNext(
  checkpoint: Checkpoint | undefined,
  { recipeHash, steps, state }: { readonly recipeHash: string; readonly steps: number; readonly state: string },
): Checkpoint {
  const { sealed, sealedAs, generation } = checkpoint ?? {}
  const holds = checkpoint !== undefined && sealed === hashParameters(checkpoint.parameters)
  if (checkpoint !== undefined && !holds && generation !== undefined) return checkpoint
  if (checkpoint === undefined || !holds || (sealedAs?.members ?? 0) < 2) {
    throw new NothingSealedError(
      `--more goes on from a model that a swarm has sealed, and ${state} holds none: run the peer with this state and without ` +
        '--more first, until it says that the swarm has sealed',
    )
  }
  const seals = [...(generation?.seals ?? []), sealed as string]
  return {
    ...checkpoint,
    swarm: generationId(recipeHash, seals),
    generation: { seals, steps } satisfies Generation,
    sealed: undefined,
    sealedAs: undefined,
    // Nothing of it stands open with the new swarm, and nothing was trained in it yet.
    decisions: [],
    doubts: [],
    aborts: undefined,
    contribution: { ownSteps: 0, exchanges: 0, exchangesAsked: 0, averaged: {} },
  }
}
