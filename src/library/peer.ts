/**
 * A peer as programs see it: what it is made from, what it tells, and what can be asked of it.
 *
 * @packageDocumentation
 */

import type { MembershipKind } from '../admission/admission.ts'
import type { LiveRule } from '../averaging/rule.ts'
import type { Split } from '../data/source.ts'
import type { GossipEvents } from '../gossip/events.ts'
import type { AbortOptions, Evaluation, Network, PeerId, Storage, Tried } from '../gossip/ports.ts'
import type { GossipStatus, PeerOutcome } from '../gossip/status.ts'
import type { SwarmView } from '../gossip/swarm-view.ts'
import type { Libp2pMetrics } from '../network/libp2p-metrics.ts'
import type { ComponentLogger } from '../network/logger.ts'
import type { PortMapping } from '../network/upnp/port-mapping.ts'
import type { FrozenPart } from '../parameters/frozen.ts'
import type { Layout } from '../parameters/layout.ts'
import type { Recipe, RecipeInput } from '../recipe/recipe.ts'
import type { AgreedStatistics } from '../standardise/statistics.ts'
import type { Trainer, TrainerKind } from '../training/trainer.ts'
import type { Figures } from '../worth/figures.ts'
import type { ShardSpec } from './fit-data.ts'
import type { LayersModelLike } from './layers-model-like.ts'
import type { PeerBytes } from './peer-bytes.ts'
import type { TypedEventTarget } from './typed-events.ts'

/** How a peer is reached over libp2p, and reaches others. */
export interface Libp2pOptions {
  /** Multiaddrs to listen on. Default: any port of every IPv4 interface. */
  readonly listen?: readonly string[]
  /**
   * Multiaddrs at which others reach this peer besides those: of a router that forwards a port, of a cloud's machine, of a container's host.
   * They come first wherever the peer says where it is.
   */
  readonly announce?: readonly string[]
  /** Multiaddrs of peers to stay connected to. */
  readonly connect?: readonly string[]
  /** Whether to find peers on the local network. Default: yes. */
  readonly mdns?: boolean
  /**
   * Whether to have the router open a port for this peer, by UPnP, for as long as it runs, and announce where that is; {@link PeerEvents.upnp} says
   * what came of it. Default: no, and no router is asked.
   */
  readonly upnp?: boolean
  /** The bandwidth of its sockets in each direction, in Mbit/s. Default: as much as they can. */
  readonly bandwidthMbps?: number
  /** Keeps libp2p's own metrics, as `prometheusMetrics(…)` of `@libp2p/prometheus-metrics` does. Default: nobody does. */
  readonly metrics?: Libp2pMetrics
}

/** The making of a peer: its recipe, its data, its way to others, and what it keeps. */
export interface PeerOptions {
  /** The recipe that the swarm agrees on. Default: a small classifier on the built-in digits, the swarm of `hearsay peer` without a recipe. */
  readonly recipe?: RecipeInput
  /**
   * Where this peer's copy of the model's file lies, where the recipe's model is made from one (`tfjs:FILE`, `module:FILE`). It must have the
   * recipe's digest. Default: where the recipe says.
   */
  readonly modelFile?: string
  /**
   * The peer's own data: a SOURCE as on the command line, or a dataset in memory; or `none`, for a peer that trains nothing: it watches its
   * swarm, and has the common model in the end. Default: `digits`.
   */
  readonly data?: string | Split
  /** Whether data of which something would be skipped are refused. Default: no; a warning names what was skipped. */
  readonly strict?: boolean
  /** Told how many bytes of a table were read, of how many where that is known. */
  readonly onLoading?: (read: number, of: number | undefined) => void
  /** Which part of the data is this peer's. Default: all of it. */
  readonly shard?: ShardSpec
  /**
   * A trainer in place of the recipe's model and of `data`: anything whose parameters are one flat vector. Every peer
   * of the swarm brings one of the same kind, with the same layout; the recipe's `model` is then no more than a name on
   * which they agree. The peer stops it when it stops.
   */
  readonly trainer?: Trainer
  /**
   * The averaging rule that the recipe names (`averaging.rule`), where it is the caller's own: peers agree on its name, and every one of
   * them brings it. The core carries it out by its `LiveForm`.
   */
  readonly rule?: LiveRule
  /**
   * `[parameters]`: what this peer begins from, in place of what the recipe's seed gives; for instance what an earlier model has
   * learned. Peers that begin together average what they begin from; a latecomer takes what the swarm has.
   */
  readonly initial?: Float32Array
  /**
   * The weights that the recipe begins from (`start.from`), where this peer has them: a safetensors file, a folder with a model of
   * TensorFlow.js, or `[weights of the model]`. Default: they are fetched from those that have them.
   */
  readonly from?: string | Float32Array
  /**
   * How others are reached over libp2p; or any Network of the caller's own, of which this peer takes the id, and which decides itself who is a
   * member: what the recipe says of that (`security.membership`) is carried out over libp2p only.
   */
  readonly network?: Libp2pOptions | Network
  /** The logger of the peer and of its libp2p. Default: standard error, for what the environment variable `DEBUG` names, as `hearsay:*`. */
  readonly logger?: ComponentLogger
  /** A folder that keeps identity and checkpoint, and from which the peer resumes. Default: nothing is kept. */
  readonly state?: string
  /**
   * The same as `state`; or what keeps the checkpoint in place of a folder, for the peer of one {@link identity}. Not beside `state`.
   */
  readonly storage?: string | Storage
  /** A private key as `createIdentity` makes it, which decides the peer id. Default: that of the state, or a new one. */
  readonly identity?: Uint8Array
  /**
   * The text of an invitation, as `hearsay invite` and {@link Peer.invite} give it, where the recipe is of invited peers; of the key, where its
   * members share one. A state keeps it, for the next time.
   */
  readonly invitation?: string
  /** Seed of what is this peer's own: its digits, the order of its samples, its partners. Default: its peer id. */
  readonly seed?: number
  /** The name of a backend, or `auto` (default) for the best that works here. */
  readonly backend?: string
  /** Which of the backend's GPUs, counted from 0. Default: the one that it prefers. */
  readonly gpu?: number
  /** Threads that train, at most: fused trainers of large models take several. Default: one for each core that is free. */
  readonly threads?: number
  /** Local steps that this peer trains at the least, in place of the recipe's. */
  readonly steps?: number
  /** The same in passes over this peer's own samples. Not beside `steps`. */
  readonly epochs?: number
  /** Trains and ends without company, and says so. Default: no. */
  readonly alone?: boolean
  /** Members with data that must be there before the first step, where those are to be more than the recipe says. */
  readonly minimumPeers?: number
  /** How long the peer waits for enough others before its first step; then it fails. Default: for ever. */
  readonly waitSeconds?: number
  /** Whether the peer remains as a source for latecomers once the swarm has sealed. Default: until nobody needs it any more. */
  readonly stay?: boolean
  /**
   * Begins the next generation: so many local steps more, from the parameters that are sealed in `state`, with others that do the same
   * and whoever is new.
   */
  readonly more?: number
  /** Relative consensus distance at which this peer agrees to seal, in place of the recipe's. */
  readonly consensusDistance?: number
}

/** The events of a peer, with what each tells. `hearsay peer --json` prints them, a line each: docs/formats.md. */
export interface PeerEvents extends GossipEvents {
  started: {
    readonly peerId: PeerId
    readonly addresses: readonly string[]
    /** The swarm's id: the recipe's hash. */
    readonly swarm: string
    readonly backend: string
    /** Whose program makes the steps; `module` where the model's own module does, or the trainer that was given. */
    readonly trainer: TrainerKind | 'module'
    /** Threads that make them. */
    readonly threads: number
    /** The GPU, where the backend computes on one. */
    readonly device: string | null
    /** Samples in the shard. */
    readonly shard: number
    /** Number of parameters. */
    readonly parameters: number
    /** Numbers in the model beside them that never change, because their layers are frozen. */
    readonly frozen: number
    /** Local steps that were done before, when the peer resumed from its state. */
    readonly step: number
    readonly age: number
  }
  /**
   * The swarm has agreed on how samples are standardised, where the recipe says so: less the mean, divided by the deviation, which is 1 for a
   * feature that never varies. Again when the swarm has agreed anew.
   */
  standardised: { readonly mean: readonly number[]; readonly deviation: readonly number[] }
  /** What came of asking the router for a port, where `network.upnp` is set: at first, and whenever that has changed. */
  upnp: PortMapping
  /** The common model was judged on the test samples of the members, as {@link Peer.evaluateTogether} asked for. */
  judged: JudgedTogether
  /** The peer has ended; with all that its network carried since it was started, and what for. */
  stopped: PeerBytes & {
    /**
     * `consensus`: the swarm has sealed; `adopted`: so it had, before this peer's data had a part in it; `alone`: nobody else is
     * there, or was to be; `interrupted`, `failed`, `stopped`.
     */
    readonly reason: string
    /** The step of the run, as its schedule of learning rates counts; {@link PeerOutcome.ownSteps} are this peer's. */
    readonly step: number
    /** As it was last measured; null where it was not, or nothing is classified. */
    readonly accuracy: number | null
    /** R² and the root of the mean squared error, as they were last measured; of a regression. */
    readonly r2?: number
    readonly rmse?: number
    /** The checkpoint's file, where one was written. */
    readonly checkpoint: string | null
  } & PeerOutcome
}

/** The common model, judged on the test samples of all members. */
export interface JudgedTogether {
  /** The same at all members; null where there are none, and then {@link reason} says why. */
  readonly figures: Figures | null
  /** Test samples of all these members. */
  readonly samples: number
  /** Members on whose test samples it was judged. */
  readonly members: number
  /** Members that have sealed the model. */
  readonly of: number
  readonly reason?: string
}

/** The model on which a swarm has agreed, as one peer knows it. */
export interface Consensus {
  readonly consensusDistance: number
  /** Hex SHA-256 of the parameters: of all peers, once sealed. */
  readonly parametersHash: string
  /** Living members, this peer among them, that have chosen these parameters; 1 of a peer that ended alone, as it was told to. */
  readonly members: number
}

/** What a peer is to its swarm, as its recipe says who may be a member. */
export interface PeerMembership {
  readonly kind: MembershipKind
  readonly isFounder: boolean
  /** Whether {@link Peer.invite} gives invitations. */
  readonly mayInvite: boolean
  /** When the peer's own invitation ends, or the first of those that led to it, in milliseconds since the Unix epoch. Default: never. */
  readonly until?: number
}

/** Whom an invitation lets in, and for how long. */
export interface InviteOptions {
  /** The id of the peer that may come by it. Default: whoever holds the text, which is a secret then. */
  readonly for?: PeerId
  /** When it ends, in milliseconds since the Unix epoch. Default: never. */
  readonly until?: number
}

/** A peer: it trains on its own data and agrees with others on one model. */
export interface Peer extends TypedEventTarget<PeerEvents> {
  readonly id: PeerId
  readonly recipe: Recipe
  /** The swarm's id. */
  readonly swarm: string
  /** Of its parameters: of all in the model that moves. */
  readonly layout: Layout
  /** The part of its model that never changes, where a layer is frozen: no peer sends it. */
  readonly frozen: FrozenPart | undefined
  readonly membership: PeerMembership
  /**
   * Signs an invitation to this swarm.
   *
   * @throws MembershipError where nobody is invited to it, InvitationError where this peer may not invite, or not this guest
   */
  invite(options?: InviteOptions): Promise<string>
  /** Opens the sockets, so that {@link addresses} are known, and trains nothing yet. */
  listen(): Promise<void>
  /** Begins. Where samples are to be standardised, training begins later, when the swarm has agreed how. */
  start(): Promise<void>
  /** Addresses at which others can reach this peer; none before {@link listen}, or {@link start}. */
  addresses(): readonly string[]
  /** What was done to reach others, and be reached: worth a look where nobody came. Undefined over a network that does not tell. */
  tried(): Tried | undefined
  /** How the peer stands at this moment. Cheap: nothing is measured for it. */
  status(): GossipStatus
  /** The other members as this peer sees them, and how far each is from the mean. With others there it costs a pass over all parameters. */
  view(): SwarmView
  /** The hash on which the swarm sealed, once it has and this peer knows what samples are standardised by, if they are. */
  sealed(): string | undefined
  /** A copy of the parameters as they are now. */
  parameters(): Float32Array
  /** A copy of the parameters when this peer's training ended; undefined before. */
  trained(): Float32Array | undefined
  /** The statistics that samples are standardised by; undefined before it is known, or where they are not. */
  standardisation(): AgreedStatistics | undefined
  /** Loss and accuracy, or of a regression errors, of the current parameters on the test set. Not while the peer trains. */
  evaluate(): Promise<Evaluation>
  /**
   * Judges the sealed model on the test samples of all members that call this, none of which leaves its owner: counts are summed by averaging,
   * exactly, and all get the same figures. A partner sees the counts that it averages with. Takes some seconds, at most four minutes; the peer
   * stays for the others meanwhile. One that trained alone, as it was told to, is judged on its own.
   *
   * Rejects with the error of a trainer that fails, when the peer stops, or when the signal is aborted.
   *
   * @throws UsageError where the swarm has not sealed
   */
  evaluateTogether(options?: { readonly signal?: AbortSignal }): Promise<JudgedTogether>
  /**
   * Resolves when the swarm has sealed; with a distance, already when this peer has stopped training and estimates the
   * swarm to be that close; where the peer was told to train alone, when it has. Rejects when the peer fails or stops, with
   * `NobodyThereError` when it gave up waiting for others or all of them have vanished, or when the signal is aborted.
   */
  untilConsensus(options?: { readonly distance?: number; readonly signal?: AbortSignal }): Promise<Consensus>
  /**
   * Resolves when nobody needs this peer any more: all have sealed, and those that vanished had time to come back.
   * Rejects as {@link untilConsensus} does.
   */
  untilDismissed(options: AbortOptions): Promise<void>
  /**
   * A TensorFlow.js `LayersModel` with the current parameters, for samples as they are: where they are standardised, its
   * first layers do that. Its output is logits, or values in the units of the data. Loads TensorFlow.js in this thread.
   *
   * @typeParam Model `tf.LayersModel`, where the caller has TensorFlow.js's types
   * @throws UsageError where the trainer is the caller's own, or the weights that the recipe begins from are not there yet
   */
  model<Model extends LayersModelLike = LayersModelLike>(): Promise<Model>
  /**
   * Predictions of the current parameters for samples as they are: where they are standardised, that is done here. Loads TensorFlow.js in
   * this thread.
   *
   * @param inputs `[samples, features]`, sample after sample
   * @returns a row for each sample: the probabilities of its classes, `[classes]`; of a sequence `[positions, classes]`; of
   *   a regression its values, `[outputs]`, in the units of the data
   * @throws UsageError where they are no whole number of samples, or the trainer is the caller's own
   */
  predict(inputs: Float32Array): Promise<Float32Array[]>
  /**
   * Ends cleanly: the last exchange settled or dropped on both sides, a checkpoint written. Once the swarm has sealed, not before all that
   * this peer knows have the seal too, for at most ten seconds; with the reason `interrupted` at once.
   */
  stop(reason?: string): Promise<void>
  /** {@link stop}, at the end of the block of an `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}
