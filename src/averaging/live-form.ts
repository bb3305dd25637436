/**
 * How deployed peers carry out an averaging rule, over exchanges that either happen on both sides or on neither. All of what an
 * exchange is made of, frames, journals, and what becomes of failures, is the core's; here stands what differs from rule to rule.
 *
 * @packageDocumentation
 */

import type { OuterStep } from './outer-step.ts'
import type { Topology } from './topology.ts'

/** How deployed peers carry out a rule. */
export interface LiveForm {
  /**
   * - `pairs`: a peer that has ended an interval of training averages with one other that has;
   * - `rounds`: everybody averages with all its neighbours in step, with Metropolis's weights;
   * - `alone`: nobody averages.
   */
  readonly schedule: 'pairs' | 'rounds' | 'alone'
  /**
   * In pairs: the share of the difference that a peer takes, in [0, 1], by how many local steps its own parameters and the
   * partner's have absorbed. A peer that is in several exchanges at once takes at most what the others leave of its own
   * parameters. Default: both take as much, by the weight on which they agree, so that their mean stays where it is.
   */
  readonly share?: (own: number, theirs: number) => number
  /**
   * Makes the step that every peer takes by itself after an exchange, or a round of them, while it trains. Default: none.
   *
   * @param parameters `[parameters]`: where a peer that has made no step yet starts from
   */
  readonly outerStep?: (parameters: Float32Array) => OuterStep
  /** Why peers cannot carry out the rule so, and what comes nearest; undefined where they can. */
  readonly misfit?: (setting: LiveSetting) => string | undefined
}

/** The recipe around a rule, as far as rules care. */
export interface LiveSetting {
  readonly topology: Topology
  /** Local steps between two exchanges. */
  readonly localSteps: number | 'auto'
}
