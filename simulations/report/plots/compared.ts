/**
 * Plots that lay the courses of many runs over one another.
 *
 * @packageDocumentation
 */

import { type Course, linesOf } from '../courses.ts'
import { byteUnit } from '../figures.ts'
import { type Axis, drawLines, isOfManyMagnitudes, valuesOf, WITHOUT_ZERO } from '../lines.ts'
import type { Plot } from '../plot.ts'

/** The merged model's accuracy, or R², or its loss where it has neither. Undefined where nothing is learned. */
export function mergedPlot(courses: readonly Course[]): Plot | undefined {
  const accuracy = linesOf(courses, ({ merged }) => merged && inPercent(merged.accuracy))
  if (accuracy.length > 0) {
    return {
      title: 'Accuracy of the merged model',
      caption: 'Of the model whose parameters are the average of all peers’, on test samples that nobody trained on.',
      ...drawLines(accuracy, ROUNDS, { name: 'accuracy, %' }),
    }
  }
  const r2 = linesOf(courses, ({ merged }) => merged?.r2 ?? null)
  if (r2.length > 0) {
    return {
      title: 'R² of the merged model',
      caption:
        'Of the model whose parameters are the average of all peers’, on test samples that nobody trained on. 1 is exact; 0 is as good ' +
        'as always saying the mean.',
      ...drawLines(r2, ROUNDS, { name: 'R²' }),
    }
  }
  const loss = linesOf(courses, ({ merged }) => merged?.loss ?? null)
  if (loss.length === 0) return undefined
  return {
    title: 'Loss of the merged model',
    caption:
      'Of the model whose parameters are the average of all peers’. A level end is the noise or the bias that a rule leaves.',
    ...drawLines(loss, ROUNDS, { name: 'loss', logarithmic: isOfManyMagnitudes(valuesOf(loss)) }),
  }
}

/** Their accuracy, or R². Undefined where nothing is classified or measured. */
export function localQualityPlot(courses: readonly Course[]): Plot | undefined {
  const accuracies = linesOf(courses, ({ localAccuracy }) => localAccuracy && inPercent(localAccuracy.mean))
  const classifies = accuracies.length > 0
  const lines = classifies ? accuracies : linesOf(courses, ({ localR2 }) => localR2?.mean ?? null)
  if (lines.length === 0) return undefined
  return {
    title: `${classifies ? 'Accuracy' : 'R²'} of the peers’ own models`,
    caption: 'The mean over all peers. What lies far below the merged model is what a peer alone would be left with.',
    ...drawLines(lines, ROUNDS, { name: classifies ? 'accuracy, %' : 'R²' }),
  }
}

export function distancesPlot(courses: readonly Course[]): Plot | undefined {
  const lines = linesOf(courses, ({ consensusDistance }) => consensusDistance)
  if (lines.length === 0) return undefined
  const isAtZero = valuesOf(lines).includes(0)
  return {
    title: 'Consensus distance',
    caption:
      'How far peers are from their average, relative to its norm. Steeper is faster agreement; level is a balance with training.' +
      (isAtZero ? ` ${WITHOUT_ZERO}` : ''),
    ...drawLines(lines, ROUNDS, { name: 'relative distance', logarithmic: true }),
  }
}

/** Undefined where nothing is classified. */
export function accuracyOverBytesPlot(courses: readonly Course[]): Plot | undefined {
  const unit = byteUnit(Math.max(0, ...courses.flatMap(({ results }) => results.map(({ final }) => final.bytesSent))))
  const lines = linesOf(
    courses,
    ({ merged }) => merged && inPercent(merged.accuracy),
    ({ bytesSent }) => bytesSent / unit.bytes,
  )
  if (lines.length === 0) return undefined
  return {
    title: 'Accuracy for what was sent',
    caption:
      'Of the merged model, over the bytes that all peers sent together. Further to the left is the same accuracy for less.',
    ...drawLines(lines, { name: `${unit.name} sent`, logarithmic: true }, { name: 'accuracy, %' }),
  }
}

const ROUNDS: Axis = { name: 'round' }
function inPercent(share: number | null): number | null {
  return share === null ? null : 100 * share
}
