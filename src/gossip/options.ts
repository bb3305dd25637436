import type { LiveRule } from '../averaging/rule.ts'
import type { Topology } from '../averaging/topology.ts'
import type { RecipeDocument } from '../recipe/later-fields.ts'
import type { Clock, Network, Random, Storage, Trainer } from './ports.ts'
import type { Checkpoint } from './state/checkpoint.ts'
import type { InitialVectorOptions } from './sync/initial-vector.ts'

export interface GossipOptions {
  /** The recipe's hash. */
  readonly swarm: string
  readonly recipe: RecipeDocument
  readonly topology: Topology
  /** Local steps of its own that this peer trains at least; 0 only averages. */
  readonly steps: number
  /** Members with data that must be there before the first step, this peer among them. Default: 1, nobody is waited for. */
  readonly minimumPeers?: number
  /** How long this peer waits for them, in milliseconds; then it fails. Default: for ever. */
  readonly wait?: number
  /** Whether this peer was told of others, so that it is not alone before it has met somebody. Default: no. */
  readonly hasContacts?: boolean
  /** So many times as long as half of those that began took for their steps, the others are waited for. Default: 2. */
  readonly patience?: number
  /** Whether this peer remains after the seal, as a source for those that come. Default: until nobody needs it. */
  readonly stays?: boolean
  /** Local steps between two exchanges that this peer begins; `auto` follows how long both take. */
  readonly localSteps: number | 'auto'
  /** How peers average, in pairs or in step; by one that is carried out alone, the peer only trains. */
  readonly rule: LiveRule
  /** How parameters travel while they are trained: the name of a codec, or `auto`. Default: as float32. */
  readonly compression?: string
  /** Into how many fragments the parameters are cut, of which an exchange carries one. Default: one, all of them. */
  readonly fragments?: number
  /** Merges are clipped: at this radius, or where it says none at one that follows the swarm. Default: they are not. */
  readonly clipping?: { readonly radius?: number }
  /** Whether a peer's parameters count by its samples. Default: all alike. */
  readonly bySamples?: boolean
  /** Relative consensus distance at which the swarm may seal. */
  readonly target: number
  readonly maximumNorm: number
  /** Loss of one that guesses, where the trainer's is a cross-entropy: by that a peer knows that its training has diverged. */
  readonly chanceLoss?: number
  /** Local steps between two evaluations on the test set. */
  readonly evaluateEvery: number
  readonly network: Network
  readonly clock: Clock
  readonly random: Random
  readonly trainer: Trainer
  /** The vector that the recipe begins from by its hash. Default: none, but what the trainer begins with. */
  readonly from?: InitialVectorOptions
  /** The place for checkpoints; without one, a crash loses the peer. */
  readonly storage?: Storage
  /** Whether this peer may propose its vector for the seal, beside what the protocol asks for. Default: always. */
  readonly mayPropose?: () => boolean
  /** Whether averaging goes on where all are near each other already, because {@link mayPropose} asks for more than the target. Default: no. */
  readonly beyondTarget?: boolean
  /** Whether a newcomer still has a part in what is agreed on. Default: until there is a seal, as `seal/decide.ts` says. */
  readonly isOpen?: () => boolean
  /** The state from {@link Storage.load}, to go on from there. */
  readonly checkpoint?: Checkpoint
}

/** A peer's options, and the defaults of those that were not given. */
export interface GossipSettings extends GossipOptions {
  readonly minimumPeers: number
  readonly hasContacts: boolean
  readonly patience: number
  readonly stays: boolean
  readonly compression: string
  readonly fragments: number
  /** Whether this peer averages with others at all. */
  readonly averages: boolean
  /** n, how much its parameters count. */
  readonly voice: number
}

export function withDefaults(options: GossipOptions): GossipSettings {
  const { minimumPeers = 1, hasContacts = false, patience = 2, stays = false } = options
  const { compression = 'none', fragments = 1, bySamples = false } = options
  return {
    ...options,
    ...{ minimumPeers, hasContacts, patience, stays, compression, fragments },
    averages: options.rule.live.schedule !== 'alone',
    voice: bySamples ? Math.max(1, options.trainer.samples) : 1,
  }
}
