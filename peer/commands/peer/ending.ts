/**
 * The end of a peer, as people and as scripts are told of it.
 *
 * @packageDocumentation
 */

import type { GossipStatus } from '../../../src/index.ts'
import { DONE, INTERRUPTED, NOT_IN_MODEL } from '../../exit-codes.ts'
import { bytes, count, counted, distance } from '../../words.ts'

/** The fate of a peer's data, and the traffic of its sockets. */
export type Outcome = Pick<
  GossipStatus,
  | 'ownSteps'
  | 'exchanges'
  | 'exchangesAsked'
  | 'partners'
  | 'inModel'
  | 'leftOut'
  | 'members'
  | 'vanished'
  | 'bytesIn'
  | 'bytesOut'
>

/** Why it ended. */
export type End =
  /** The swarm has sealed. */
  | {
      readonly kind: 'sealed'
      /** Members that had vanished by then. Some may have come back since. */
      readonly vanished: number
      readonly consensusDistance: number
      /** Whether that was so when this peer started. */
      readonly before: boolean
      /** Whether Ctrl-C ended the time in which others may still need this peer. */
      readonly cutShort: boolean
    }
  /** Nobody is left to agree with. */
  | { readonly kind: 'deserted' }
  /** It was to train alone. */
  | { readonly kind: 'alone' }
  /** Nobody averages, by the rule `none`. */
  | { readonly kind: 'isolated' }
  /** Ctrl-C, before there was a model to agree on. */
  | { readonly kind: 'interrupted' }

export interface Ending {
  readonly end: End
  readonly outcome: Outcome
  /** How good the model is, where it was measured: `accuracy 95.2 %`, `R² 0.487, RMSE 53.2`. */
  readonly quality?: string
  /** The distance at which this peer agrees. */
  readonly target: number
  /** Whether it had anything to train. */
  readonly brings: boolean
  readonly hasState: boolean
  /** Whether it was to stay until Ctrl-C. */
  readonly stays: boolean
}

export interface ToldEnding {
  readonly code: number
  /** The summary, for people. */
  readonly lines: readonly string[]
  /** With exit code 3: what is missing, and what to do. */
  readonly missing?: string
}

export function describeEnding(ending: Ending): ToldEnding {
  const { end, outcome, quality } = ending
  const good = quality === undefined ? '' : `: ${quality}`
  const work = workOf(outcome)
  switch (end.kind) {
    case 'sealed':
      return describeSeal(ending, end)
    case 'deserted':
      return {
        code: NOT_IN_MODEL,
        lines: [`${whyDeserted(outcome)}, and no two peers agreed on a model; this peer's own${good}`, work],
        missing: `nobody is left to agree with; ${whatToDoAlone(ending.hasState)}`,
      }
    case 'alone':
      return { code: DONE, lines: [`trained alone, as --alone says${good}`, work] }
    case 'isolated':
      return { code: DONE, lines: [`trained alone, as the rule none says${good}`, work] }
    case 'interrupted':
      return {
        code: INTERRUPTED,
        lines: outcome.ownSteps === 0 ? [] : ['interrupted before the end: no model was agreed on', work],
      }
  }
}

function whyDeserted({ partners, vanished }: Outcome): string {
  return partners + vanished === 0 ? 'nobody else came' : 'the others have vanished'
}

function describeSeal(ending: Ending, end: End & { readonly kind: 'sealed' }): ToldEnding {
  const { outcome, quality, stays } = ending
  const good = quality === undefined ? '' : `; the common model has ${quality} on this peer's test samples`
  const lines = [`${sealOf(ending, end)}${good}`, workOf(outcome), contributionOf(ending)]
  if (end.cutShort && !stays) return { code: INTERRUPTED, lines }
  // A user who ends a peer that stays knows that it has been of use.
  if (outcome.inModel || !ending.brings || end.cutShort) return { code: DONE, lines }
  return { code: NOT_IN_MODEL, lines, missing: `${whyLeftOut(outcome)}. ${whatToDoLate(ending.hasState)}` }
}

function sealOf({ outcome, brings, target }: Ending, end: End & { readonly kind: 'sealed' }): string {
  if (end.before) return 'the swarm had sealed before this peer started'
  // The sealers that it has met are only those that are still there.
  if (!outcome.inModel && brings) return 'the swarm had sealed without this peer, which took over its model'
  // A peer that vanished before the seal may have come back since, and one that has vanished since was there.
  const vanished = Math.min(end.vanished, outcome.vanished)
  const gone = vanished === 0 ? '' : ` (${vanished} vanished on the way)`
  const agreed =
    end.consensusDistance > 0 && end.consensusDistance <= target
      ? `agreed within ${distance(end.consensusDistance)}`
      : 'all of them with the same bytes'
  return `sealed by ${outcome.members} of ${outcome.members + vanished}${gone}, ${agreed}`
}

function workOf({ ownSteps, exchanges, exchangesAsked, partners, bytesIn, bytesOut }: Outcome): string {
  const made =
    exchanges > exchangesAsked
      ? `${counted(exchanges, 'exchange')} (${count(exchangesAsked)} asked for)`
      : `${count(exchanges)} of ${counted(exchangesAsked, 'exchange')}`
  const exchanged =
    exchanges + exchangesAsked === 0 ? 'no exchanges' : `${made} with ${counted(partners, 'other peer')}`
  return `${counted(ownSteps, 'step')} on its own data; ${exchanged}; ${bytes(bytesIn)} in, ${bytes(bytesOut)} out`
}

function contributionOf({ outcome, brings }: Ending): string {
  const { inModel, leftOut, ownSteps } = outcome
  if (!brings) return 'this peer had nothing to train, and brought no data'
  if (inModel && leftOut === 0) return "the model contains this peer's data"
  if (inModel || leftOut < ownSteps) return `the model contains this peer's data, but for ${lastSteps(outcome)}`
  return `the model does not contain this peer's data${leftOut === 0 ? '' : `: ${counted(leftOut, 'step')} left out`}`
}

function whyLeftOut(outcome: Outcome): string {
  const { ownSteps, leftOut } = outcome
  if (ownSteps === 0) return 'this peer came after the end; its data have no part in the model'
  if (leftOut < ownSteps) return `the swarm sealed without ${lastSteps(outcome)} of this peer`
  return `the swarm sealed without the ${counted(ownSteps, 'step')} of this peer; its data have no part in the model`
}

function lastSteps({ ownSteps, leftOut }: Outcome): string {
  return `the last ${count(leftOut)} of the ${counted(ownSteps, 'step')}`
}

function whatToDoLate(hasState: boolean): string {
  return hasState
    ? 'Train on from it with --more STEPS'
    : 'With --state DIR the model is kept, and a later start trains on from it with --more STEPS'
}

function whatToDoAlone(hasState: boolean): string {
  return hasState
    ? 'start this peer again with the same --state when others are there'
    : 'with --state DIR a later start goes on from here when others are there, and --alone trains without any'
}

/**
 * The notice of a peer that leaves nothing behind.
 *
 * @param asked whether `--save` was to write the model at the end
 */
export function describeNothingKept(asked: boolean): string {
  return asked
    ? 'the model is thrown away: --save writes it in the end only; with --state DIR it is kept on the way'
    : 'the model is thrown away: with --state DIR the peer and its model are kept, with --save FILE the model is written'
}
