import type { FrozenPart } from '../../parameters/frozen.ts'
import type { Layout } from '../../parameters/layout.ts'
import type { Devices } from '../backends/backend-kind.ts'
import type { Trainer, TrainerKind } from '../trainer.ts'

/** A call to a training process, of one of a trainer's methods. The trainer's options come before the first. */
export interface ProcessCall {
  readonly method: TrainerMethod
  readonly arguments: readonly unknown[]
  /** What `changingNumbers` lists, as it is from this call on; absent where all are as before. */
  readonly numbers: readonly Float64Array[] | undefined
}

export type TrainerMethod = 'initial' | 'begin' | 'train' | 'evaluate' | 'judge' | 'state' | 'restore'

export type Result<M extends TrainerMethod> = Awaited<ReturnType<Required<Trainer>[M]>>

/** The first message of a training process, where all went well. */
export interface ProcessReady {
  readonly kind: 'ready'
  readonly layout: Layout
  readonly frozen: FrozenPart | undefined
  /** Whether the trainer has the method of that name. */
  readonly begins: boolean
  readonly backend: string
  readonly trainerKind: TrainerKind | undefined
  readonly threads: number | undefined
  readonly samples: number
  /** Whether it has the method `judge`. */
  readonly judges: boolean
  readonly devices: Devices
}

/**
 * The answers of a training process, where nothing fails: {@link ProcessReady} first, then one message for each
 * {@link ProcessCall}.
 */
export type ProcessReply = ProcessReady | { readonly kind: 'result'; readonly value: unknown }
