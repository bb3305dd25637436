/**
 * How far a peer is with its own training, in figures for people.
 *
 * @packageDocumentation
 */

import type { GossipStatus, PeerEvents, Recipe } from '../../../src/index.ts'
import { describeQuality } from '../../quality.ts'
import { count, counted, distance, seconds } from '../../words.ts'
import type { PeerFlags } from './flags.ts'

/**
 * Own steps that a peer is to train at the least, in all its lives; with `--more`, of the generation that it begins.
 *
 * @param ofEpochs what so many passes over its own samples take
 */
export function stepsAsked(
  { data, steps, epochs, more }: Partial<Pick<PeerFlags, 'data' | 'steps' | 'epochs' | 'more'>>,
  { training }: Recipe,
  ofEpochs: (epochs: number) => number,
): number {
  if (data === 'none') return 0
  if (more !== undefined) return more
  if (epochs !== undefined) return ofEpochs(epochs)
  return steps ?? training.steps
}

/** Estimates what a training still takes, in seconds. */
export type EstimateLeft = (own: number, asked: number, samplesPerSecond: number) => number

/**
 * By the clock, since exchanges and waiting for others take their time too; before there are two rounds to compare, by
 * the speed of the trainer.
 *
 * @param now in milliseconds
 */
export function createEstimate({ training }: Recipe, now = () => performance.now()): EstimateLeft {
  let first: { readonly own: number; readonly at: number } | undefined
  return (own, asked, samplesPerSecond) => {
    const elapsed = (now() - (first?.at ?? 0)) / 1_000
    const made = own - (first?.own ?? own)
    first ??= { own, at: now() }
    return (asked - own) * (made > 0 ? elapsed / made : training.batch / samplesPerSecond)
  }
}

/** How a peer stands among those of its run. */
export interface Standing {
  /** The status when the round was reported: a peer that came late has made fewer steps than the run. */
  readonly status: Pick<GossipStatus, 'step' | 'ownSteps'>
  /** The steps asked for, as by {@link stepsAsked}. */
  readonly asked: number
  readonly alone: boolean
}

export function describeRound(
  { step, loss, samplesPerSecond, peers, consensusDistance, ...quality }: PeerEvents['round'],
  { status, asked, alone }: Standing,
  estimateLeft: EstimateLeft,
): [string, ...string[]] {
  const own = step - (status.step - status.ownSteps)
  const left = estimateLeft(own, asked, samplesPerSecond)
  return [
    own > asked
      ? `step ${count(own)}, past its own ${count(asked)}: others still train`
      : `step ${count(own)} of ${count(asked)}`,
    `loss ${loss.toFixed(3)}`,
    `${count(Math.round(samplesPerSecond))} samples/s`,
    ...(own < asked && Number.isFinite(left) ? [`${seconds(left)} left`] : []),
    ...[describeQuality(quality)].filter(words => words !== undefined),
    ...(alone ? [] : [counted(peers, 'other peer')]),
    ...(consensusDistance === null ? [] : [`distance ${distance(consensusDistance)}`]),
  ]
}
