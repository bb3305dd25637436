/**
 * `hearsay/ports`: what a driver implements. Each port says what it promises; `hearsay/testing` checks networks and storages.
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
  PeerId,
  Random,
  Storage,
  Traffic,
  Trainer,
  TrainerState,
  TrainingUpdate,
  Verdict,
} from '../gossip/ports.ts'
export type { Checkpoint, Decision, Doubt } from '../gossip/state/checkpoint.ts'
export type { JournalEntry } from '../gossip/state/journal-entry.ts'
export type { Layout, TensorSlot, TensorSpec } from '../parameters/layout.ts'
