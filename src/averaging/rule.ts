/**
 * The contract of an averaging rule: what one peer keeps, says and makes of what it hears. Whoever drives it decides who
 * talks to whom, when, and over what; a round-based engine and a deployed peer drive the same rule.
 *
 * One round of a peer: {@link AveragingRule.train} with what local training changed; {@link AveragingRule.send} once for
 * each neighbour; then {@link AveragingRule.merge} with all that arrived. The driver takes the weights from the mixing
 * matrix that the rule asks for.
 *
 * @packageDocumentation
 */

/**
 * The mixing that a rule is right on:
 *
 * - `none`: it talks to nobody;
 * - `pairwise`: one partner at a time, both merging or neither, each with the weight of the exchange;
 * - `doubly-stochastic`: rows and columns of W sum to 1; the receiver weighs;
 * - `symmetric`: that, and w_ij = w_ji;
 * - `column-stochastic`: the sender weighs, so a directed graph will do;
 * - `tree`: the neighbours are edges of a tree, and there are no weights.
 */
export type MixingNeed = 'none' | 'pairwise' | 'doubly-stochastic' | 'symmetric' | 'column-stochastic' | 'tree'

/** One link of the round. */
export interface Link {
  /** A number in an engine, a peer id in a deployed swarm: whatever it is, the same in every round. */
  readonly peer: number | string
  /** The weight of this link in the mixing matrix. */
  readonly weight: number
}

/** What travels: vectors as long as the parameters (several for a rule that sends more than one), and a few numbers. */
export interface RuleMessage {
  readonly vectors: readonly Float32Array[]
  /** For instance push-sum's weight or RelaySum's count. */
  readonly scalars: readonly number[]
}

export interface ReceivedMessage extends Link {
  readonly message: RuleMessage
}

/**
 * @typeParam State what one peer remembers between rounds: plain data (numbers, typed arrays, maps), so that it can be part
 * of a checkpoint. Only the rule looks inside.
 */
export interface AveragingRule<State = unknown> {
  readonly name: string
  readonly mixing: MixingNeed
  /** The state of a peer that has talked to nobody yet. Copies the parameters. */
  start(parameters: Float32Array): State
  /**
   * Takes in local training, in place.
   *
   * @param update what training added to {@link estimate}; for one step of SGD, −η g
   */
  train(state: State, update: Float32Array): void
  /**
   * What this peer tells that neighbour in this round. The message does not share memory with the state. It may change
   * the state, by noting what was sent.
   */
  send(state: State, link: Link): RuleMessage
  /**
   * Ends the round, in place. `received` holds what arrived, which may be less than what was sent.
   *
   * @throws LengthMismatchError when a vector is not as long as the parameters
   */
  merge(state: State, received: readonly ReceivedMessage[]): void
  /** The parameters to train on and to evaluate; a view or a copy, to be read only. */
  estimate(state: State): Float32Array
}
