/**
 * The contract of an averaging rule: what one peer keeps, sends and makes of what it receives. Its driver decides who
 * talks to whom, when, and over what; every engine drives the same rule.
 *
 * One round of a peer: {@link AveragingRule.train} with what local training changed; {@link AveragingRule.send}, for
 * everyone or once for each link; then {@link AveragingRule.merge} with all that arrived, or {@link AveragingRule.skip}. The driver takes
 * the weights from the mixing matrix that the rule asks for.
 *
 * Vectors are as the driver allocates them: float32 in training, float64 where an identity is checked to its last digits.
 *
 * @packageDocumentation
 */

import type { Vector } from '../parameters/vectors.ts'
import type { Random } from '../random/random.ts'
import type { LiveForm } from './live-form.ts'

/**
 * The mixing that a rule is right on:
 *
 * - `none`: it talks to nobody;
 * - `pairwise`: one partner at a time, both merging or neither, each with the weight of the exchange;
 * - `row-stochastic`: rows of W sum to 1, and the receiver weighs; nothing is promised of the mean;
 * - `doubly-stochastic`: rows and columns sum to 1;
 * - `symmetric`: that, and w_ij = w_ji;
 * - `column-stochastic`: the sender weighs, so a directed graph will do;
 * - `tree`: the neighbours are edges of a tree, and there are no weights;
 * - `all`: everybody's messages become one, their plain mean in every vector and scalar, and everybody merges that one.
 */
export type MixingNeed =
  | 'none'
  | 'pairwise'
  | 'row-stochastic'
  | 'doubly-stochastic'
  | 'symmetric'
  | 'column-stochastic'
  | 'tree'
  | 'all'

/** One link of the round. */
export interface Link {
  /** A number in an engine, a peer id in a deployed swarm: whatever it is, the same in every round. */
  readonly peer: number | string
  /** The weight of this link in the mixing matrix. */
  readonly weight: number
}

/** A message of a rule: vectors as long as the parameters (several for a rule that sends more than one), and a few numbers. */
export interface RuleMessage {
  readonly vectors: readonly Vector[]
  /** For instance push-sum's weight or RelaySum's count. */
  readonly scalars: Float64Array
}

export interface ReceivedMessage extends Link {
  readonly message: RuleMessage
}

/** How much room a rule's message needs, and whom it is for. */
export interface MessageShape {
  /** Vectors as long as the parameters. */
  readonly vectors: number
  readonly scalars: number
  /** `all`: what a peer says in a round is the same for everyone who hears it. `link`: something else on every link. */
  readonly to: 'all' | 'link'
}

/**
 * The part of a rule's vectors that travels, and whether it may travel in fewer bytes:
 *
 * - `exact`: all of them, as they are;
 * - `rounded`: all of them, and every coordinate counts, so a codec may round and leave nothing out;
 * - `compressed`: differences, with a memory of what was lost, so any codec will do;
 * - `parts`: a part at a time, as it is.
 */
export type Travel = 'exact' | 'rounded' | 'compressed' | 'parts'

/** The surroundings of a rule: where its state lives, and what it may know of its swarm. */
export interface RuleHost {
  /** Peers of the swarm. */
  readonly peers: number
  /** In this peer's shard. */
  readonly samples: number
  /** Zeros, in the precision and the memory that the driver chose. Whatever the rule remembers by the vector is one of these. */
  allocate(length: number): Vector
}

/**
 * An averaging rule: what a peer says in a round, and what it makes of what it hears.
 *
 * @typeParam State what one peer remembers between rounds: plain data (numbers, typed arrays, maps), so that it can be part
 * of a checkpoint. Only the rule looks inside.
 */
export interface AveragingRule<State = unknown> {
  /** The name as written in a recipe: `parseRule(name)` gives the same rule again. */
  readonly name: string
  /** For people who choose: what it does and what that is good for, in one line. */
  readonly hint: string
  /** How deployed peers carry it out. Default: they cannot; simulations of the matrix engine can. */
  readonly live?: LiveForm
  /** Whether averaging alone moves the peers' mean, which comes to rest beside where it began. Default: it stays, but for rounding. */
  readonly movesMean?: boolean
  readonly travels: Travel
  /** Whether the rule leaves to an aggregator how several vectors become one. Default: no. */
  readonly aggregates?: boolean
  /** Whether it says one vector and merges by the weights of its links, so that these may be clipped: `rules/clipped-rule.ts`. Default: no. */
  readonly clippable?: boolean
  readonly mixing: MixingNeed
  /** For a symmetric W: what λ_min(W) has to be above, or the rule diverges. */
  readonly smallestEigenvalue?: number
  /** Whether the links and their weights have to be the same in every round, and every message has to arrive. */
  readonly constantLinks?: boolean
  /** Whether {@link train} wants every local step by itself, because it corrects the next one. Default: all of a round at once. */
  readonly everyStep?: boolean
  /**
   * Whether {@link merge} is x_i ← Σ_j w_ij m_j, its own message among them, so that on the complete graph, where all w_ij are
   * 1/n, everybody's mean can come as one message of the weight 1, as it does for `all`. Default: no.
   */
  readonly linear?: boolean
  readonly message: MessageShape
  /** The state of a peer that has talked to nobody yet. Copies the parameters. */
  start(parameters: Vector, host: RuleHost): State
  /**
   * Takes in local training, in place.
   *
   * @param update what training added to {@link estimate}; for one step of SGD, −η g
   */
  train(state: State, update: Vector): void
  /**
   * Writes what this peer says in this round. It may change the state, by noting what was sent.
   *
   * @param link the receiver and the weight of what it gets; undefined where the message is for all
   * @param message to be filled; of the rule's shape, with whatever it held before
   * @param random this peer's own
   * @returns bytes on the wire
   */
  send(state: State, link: Link | undefined, message: RuleMessage, random: Random): number
  /**
   * Ends the round, in place. `received` holds what arrived, which may be less than what was sent.
   *
   * @param selfWeight w_ii; where messages may be missing, a rule whose rows sum to 1 keeps 1 − Σ of what arrived instead
   * @throws LengthMismatchError when a vector is not as long as the parameters
   */
  merge(state: State, received: readonly ReceivedMessage[], selfWeight: number): void
  /** Instead of {@link merge}, for a peer that is away in a round: of a rule in which all have to know which round it is. */
  skip?(state: State): void
  /** The parameters to train on and to evaluate; a view or a copy, to be read only. */
  estimate(state: State): Vector
}

/** A rule that deployed peers can carry out. */
export type LiveRule<State = unknown> = AveragingRule<State> & { readonly live: LiveForm }

/** Whether deployed peers can carry out the rule; others are simulated. */
export function isLive(rule: AveragingRule): rule is LiveRule {
  return rule.live !== undefined
}

/** The rule as a peer carries it out that averages with nobody for now: what it keeps for later stays the rule's. */
export function carriedOutAlone(rule: LiveRule): LiveRule {
  return { ...rule, live: { ...rule.live, schedule: 'alone' } }
}

/** An empty message of a rule's shape. @param length of the parameters */
export function createMessage(
  { vectors, scalars }: MessageShape,
  length: number,
  host: Pick<RuleHost, 'allocate'>,
): RuleMessage {
  return {
    vectors: Array.from({ length: vectors }, () => host.allocate(length)),
    scalars: new Float64Array(scalars),
  }
}

/** Bytes of a message that is sent as it is: vectors as float32, scalars as float64. */
export function plainBytes({ vectors, scalars }: RuleMessage): number {
  return vectors.reduce((sum, { length }) => sum + 4 * length, 8 * scalars.length)
}
