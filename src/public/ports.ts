/**
 * `hearsay/ports`: what a driver implements. Each port says what it promises; `hearsay/testing` checks networks and storages.
 *
 * @example
 * ```ts
 * import type { Trainer } from 'hearsay/ports'
 * import { createLayout } from 'hearsay/models'
 *
 * // Peers agree on the mean of what each of them has measured.
 * const measured = 7
 * const trainer: Trainer = {
 *   layout: createLayout([{ name: 'mean', shape: [1], trainable: true }]),
 *   backend: 'none',
 *   samples: 1,
 *   initial: async () => Float32Array.of(measured),
 *   train: async (_parameters, steps) => ({ update: new Float32Array(1), loss: 0, samples: steps, seconds: 0 }),
 *   evaluate: async ([mean]) => ({ loss: (mean - measured) ** 2, accuracy: 1, samples: 1 }),
 *   state: async () => ({ tensors: {}, metadata: {} }),
 *   restore: async () => {},
 *   stop: async () => {},
 * }
 * console.log((await trainer.initial())[0])
 * ```
 *
 * @packageDocumentation
 */

export type {
  AbortOptions,
  Channel,
  Clock,
  Evaluation,
  FrameStream,
  Network,
  NetworkHandlers,
  Obstacle,
  PeerId,
  Random,
  ReadOptions,
  SearchedInterface,
  Storage,
  Traffic,
  Trainer,
  TrainerKind,
  TrainerState,
  TrainingUpdate,
  Tried,
  TriedAddress,
  Unreached,
  Verdict,
} from '../gossip/ports.ts'
export type { Checkpoint, Decision, Doubt } from '../gossip/state/checkpoint.ts'
export type { Difference } from '../gossip/state/difference.ts'
export { replay } from '../gossip/state/journal.ts'
export type {
  Aborted,
  Applied,
  Closed,
  Decided,
  JournalEntry,
  Prepared,
  Returned,
} from '../gossip/state/journal-entry.ts'
export type { FrozenPart } from '../parameters/frozen.ts'
export type { Layout, TensorSlot, TensorSpec } from '../parameters/layout.ts'
export { defineTrainer, type TrainerDefinition } from '../training/define-trainer.ts'
