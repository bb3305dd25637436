import type { FrozenPart } from '../../parameters/frozen.ts'
import type { Layout } from '../../parameters/layout.ts'
import type { TestCounts } from '../../worth/counts.ts'
import type { Evaluation, TrainerKind, TrainerState, TrainingUpdate } from '../trainer.ts'

/**
 * A call of the main thread to the training thread, one at a time. Parameters are not in the messages: they lie in the
 * `parameters` buffer of {@link Ready} when the message is sent.
 */
export type Call =
  | { readonly kind: 'initial' }
  | { readonly kind: 'begin'; readonly weights: Float32Array }
  | { readonly kind: 'train'; readonly steps: number; readonly before: number | undefined }
  | { readonly kind: 'evaluate'; readonly most: number | undefined }
  | { readonly kind: 'judge' }
  | { readonly kind: 'state' }
  | { readonly kind: 'restore'; readonly state: TrainerState }

/** The training thread's first message, where all went well. */
export interface Ready {
  readonly kind: 'ready'
  readonly layout: Layout
  readonly frozen: FrozenPart | undefined
  /** Whether the trainer has the method of that name. */
  readonly begins: boolean
  readonly backend: string
  readonly trainerKind: TrainerKind | undefined
  readonly threads: number | undefined
  readonly samples: number
  /** Whether it takes the call `judge`. */
  readonly judges: boolean
  /** `[parameters]` of float32, written by the main thread. */
  readonly parameters: SharedArrayBuffer
  /** `[parameters]` of float32, written by the training thread: an update, or the initial parameters. */
  readonly result: SharedArrayBuffer
}

/** The training thread's answers, where nothing fails: {@link Ready} first, then one message for each {@link Call}, of the same kind. */
export type Reply =
  | Ready
  | { readonly kind: 'initial' }
  | { readonly kind: 'begin' }
  | { readonly kind: 'train'; readonly report: Omit<TrainingUpdate, 'update'> }
  | { readonly kind: 'evaluate'; readonly evaluation: Evaluation }
  | { readonly kind: 'judge'; readonly counts: TestCounts }
  | { readonly kind: 'state'; readonly state: TrainerState }
  | { readonly kind: 'restore' }
