import type { Lifetime } from '../lifetime.ts'
import type { Storage } from '../ports.ts'
import type { Checkpoint } from './checkpoint.ts'
import type { ReplicaStorage } from './replica.ts'

/** A part of a peer that outlives a crash. */
interface Durable {
  /** The fields of a checkpoint that are its own, as they are now. */
  durable(): Partial<Checkpoint>
}

/** Puts a checkpoint together from what the parts of a peer hold, and ends the peer where it cannot be kept. */
export interface Checkpointing {
  /** The replica's storage; undefined where nothing is kept. */
  readonly storage: ReplicaStorage | undefined
  /** Adds parts, all of them before the first save. */
  include(...parts: readonly Durable[]): void
}

/** @param begun whether there is a checkpoint to which entries can be added */
export function createCheckpointing(storage: Storage | undefined, begun: boolean, lifetime: Lifetime): Checkpointing {
  const durables: Durable[] = []

  async function orFail(kept: Promise<void>): Promise<void> {
    try {
      await kept
    } catch (error) {
      lifetime.fail(error)
      throw error
    }
  }

  // Together the parts hold every field: the type of each tells which are its own.
  const assemble = () => Object.assign({}, ...durables.map(part => part.durable())) as Checkpoint

  return {
    storage: storage && {
      begun,
      save: () => orFail(storage.save(assemble())),
      append: entry => orFail(storage.append(entry)),
    },
    include: (...parts) => void durables.push(...parts),
  }
}
