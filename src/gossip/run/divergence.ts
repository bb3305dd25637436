/**
 * Whether this peer's own training has diverged. Looked at after every interval, before anything of it is added or told: what a
 * peer does to itself is for that peer to find out and to say, long before others would refuse its parameters.
 *
 * Sound training must never be stopped. The bounds are from 936 runs: linear models and perceptrons, on tables as they are and
 * standardised, by SGD and Adam with learning rates from 1e-9 to 0.5, 600 steps each. In the 431 that ended well, no norm was above
 * 466, or above 112 times what it was in the beginning, and no interval's loss above 260 times that of guessing. Where features are
 * of unlike sizes, the first ten steps commonly made norms of 1,000 to 1e17, with losses above 10,000 times that of guessing.
 * Perceptrons end there: no unit answers any more, so their loss is that of guessing from then on, and they seem to be in order.
 *
 * @packageDocumentation
 */

import { FRAME_FLOATS } from '../../parameters/constants.ts'
import type { Layout } from '../../parameters/layout.ts'
import { firstNonFinite, norm, requireSameLength } from '../../parameters/vectors.ts'
import { TrainingDivergedError, type TrainingUpdate } from '../../training/trainer.ts'
import { magnitude } from '../magnitude.ts'

/**
 * Parameters with more than this share of the norm that the recipe accepts have diverged: a peer that stops that early is never refused by
 * others. A model of which that is not true is trained by a recipe that accepts more.
 */
const DIVERGED_NORM_SHARE = 0.1

/**
 * A model that begins large may grow beyond {@link DIVERGED_NORM_SHARE}, up to so many times what it began with. Where its loss is that of
 * no sound model, too, it has diverged when it has grown so much, however small it is: from its first interval on.
 */
const DIVERGED_NORM_GROWTH = 100

/** The least norm that a model is taken to begin with: a linear one may begin at 0, and have a norm of 100 when it is good. */
const LEAST_INITIAL_NORM = 10

/**
 * No sound model has a loss of so many times that of guessing once it has learned anything: of two classes it gives the right one a
 * probability of e^-693, in the mean over an interval.
 */
const DIVERGED_LOSS = 1_000

/**
 * A model with such a loss that has grown only so much may find back. Where it has grown less, it has not learned yet: features that are
 * large make such losses before the first step, and a learning rate that is small enough for them takes long.
 */
const STRAYED_NORM_GROWTH = 10

/** It has so many steps for that, and as many again while that makes its loss smaller by a tenth. */
const STRAYED_STEPS = 100

/** See {@link STRAYED_STEPS}. */
const SETTLING_SHARE = 0.9

export interface DivergenceOptions {
  readonly layout: Layout
  /** This peer's, as they change: those of now are what it begins with, until {@link DivergenceCheck.restart}. */
  readonly parameters: Float32Array
  /** ‖x‖₂ that the recipe lets parameters have. */
  readonly maximumNorm: number
  /** Loss of one that guesses: ln C among C classes; of a regression that of saying the mean. Absent where nobody knows what the trainer's loss means. */
  readonly chanceLoss?: number
}

export interface DivergenceCheck {
  /**
   * Looks at what an interval of so many steps gave, before it is added.
   *
   * @throws TrainingDivergedError where it is not finite, or training has diverged
   */
  check(trained: Pick<TrainingUpdate, 'update' | 'loss'>, steps: number): void
  /** The parameters are others now, and what this peer begins with. @throws TrainingDivergedError where they are not finite */
  restart(): void
}

/** Elements in a row that are learned, or that are not. */
interface Span {
  readonly first: number
  readonly end: number
  readonly isLearned: boolean
}

interface Norms {
  /** Norm of all parameters, as others see them. */
  readonly all: number
  /** Norm of those that are learned: statistics of a model's inputs are as large as these. */
  readonly learned: number
}

/** @throws TrainingDivergedError where what the peer begins with is not finite */
export function createDivergenceCheck(options: DivergenceOptions): DivergenceCheck {
  const { layout, parameters, maximumNorm, chanceLoss } = options
  const spans = spansOf(layout)
  let initial: Norms
  let base: number
  let bound: number
  // Among one class, or none, there is nothing to guess.
  const farLoss = chanceLoss !== undefined && chanceLoss > 0 ? DIVERGED_LOSS * chanceLoss : Number.POSITIVE_INFINITY
  const strayed = createStrayed()

  const large = (learned: number) =>
    `this peer's parameters have a norm of ${magnitude(learned)}, where they began with ${magnitude(initial.learned)}`
  const guessing = () => `where guessing has ${magnitude(chanceLoss as number)}`

  function restart(): void {
    initial = normsOf(spans, (first, end) => norm(parameters.subarray(first, end)) ** 2)
    if (!Number.isFinite(initial.all)) throw notFinite(parameters, layout, "what this peer's trainer begins with")
    base = Math.max(initial.learned, LEAST_INITIAL_NORM)
    bound = Math.min(maximumNorm, Math.max(DIVERGED_NORM_SHARE * maximumNorm, DIVERGED_NORM_GROWTH * base))
    strayed.returned()
  }

  restart()
  return {
    restart,
    check({ update, loss }, steps) {
      requireSameLength(parameters, update)
      if (!Number.isFinite(loss)) throw diverged(`the loss that this peer's trainer gave back is ${loss}`)
      const { all, learned } = normsOf(spans, (first, end) => squaresAfter(parameters, update, first, end))
      if (!Number.isFinite(all)) throw notFinite(update, layout, "what this peer's trainer gave back")

      const isFar = loss > farLoss
      if (isFar && learned > DIVERGED_NORM_GROWTH * base) {
        throw diverged(`${large(learned)}, and a loss of ${magnitude(loss)}, ${guessing()}`)
      }
      if (learned > bound) throw diverged(large(learned))
      if (all > maximumNorm) {
        throw diverged(
          `this peer's parameters have a norm of ${magnitude(all)}, and others accept no more than ${magnitude(maximumNorm)} ` +
            "(the recipe's security.maximumNorm)",
        )
      }
      if (!isFar || learned <= STRAYED_NORM_GROWTH * base) strayed.returned()
      else if (strayed.still(loss, steps)) {
        const lasting = `and for ${strayed.steps()} steps a loss above ${magnitude(farLoss)}`
        throw diverged(`${large(learned)}, ${lasting}, ${guessing()}`)
      }
    },
  }
}

/** How long parameters have strayed already, and whether it becomes better. */
interface Strayed {
  /** They have in an interval of so many steps, too. @returns whether it does not become better */
  still(loss: number, steps: number): boolean
  returned(): void
  /** In a row. */
  steps(): number
}

/** Windows of steps are compared, since the losses of intervals vary much. */
function createStrayed(): Strayed {
  let total = 0
  /** Steps and losses of the window that has begun. */
  let steps = 0
  let losses = 0
  /** Mean loss of the window before. */
  let before: number | undefined

  return {
    still(loss, count) {
      total += count
      steps += count
      losses += count * loss
      if (steps < STRAYED_STEPS) return false
      const mean = losses / steps
      const becomesBetter = before === undefined || mean < SETTLING_SHARE * before
      before = mean
      steps = losses = 0
      return !becomesBetter
    },
    returned() {
      total = steps = losses = 0
      before = undefined
    },
    steps: () => total,
  }
}

function diverged(what: string): TrainingDivergedError {
  return new TrainingDivergedError(`training diverged: ${what}`)
}

function spansOf({ tensors, length }: Layout): readonly Span[] {
  const spans: Span[] = []
  let first = 0
  for (const { offset, size, trainable } of tensors) {
    if (trainable) continue
    spans.push({ first, end: offset, isLearned: true }, { first: offset, end: offset + size, isLearned: false })
    first = offset + size
  }
  return [...spans, { first, end: length, isLearned: true }]
}

/** In float64, where squares of finite float32 have finite sums. */
function normsOf(spans: readonly Span[], squaresOf: (first: number, end: number) => number): Norms {
  let learned = 0
  let others = 0
  for (const { first, end, isLearned } of spans) {
    if (isLearned) learned += squaresOf(first, end)
    else others += squaresOf(first, end)
  }
  return { all: Math.sqrt(learned + others), learned: Math.sqrt(learned) }
}

/** ‖x + update‖₂² of these elements; piece by piece, because a function that is called often is compiled better than a long loop. */
function squaresAfter(x: Float32Array, update: Float32Array, first: number, end: number): number {
  let sum = 0
  for (let at = first; at < end; at += FRAME_FLOATS)
    sum += squaresOfPiece(x, update, at, Math.min(at + FRAME_FLOATS, end))
  return sum
}

function squaresOfPiece(x: Float32Array, update: Float32Array, first: number, end: number): number {
  let even = 0
  let odd = 0
  let i = first
  // Two sums at a time: each addition would wait for the one before.
  for (; i + 2 <= end; i += 2) {
    const a = x[i] + update[i]
    const b = x[i + 1] + update[i + 1]
    even += a * a
    odd += b * b
  }
  if (i < end) even += (x[i] + update[i]) ** 2
  return even + odd
}

function notFinite(vector: Float32Array, { tensors }: Layout, what: string): TrainingDivergedError {
  const index = firstNonFinite(vector)
  // An outer step may have made them so.
  if (index < 0) return diverged("this peer's parameters are not finite any more")
  const tensor = tensors.find(({ offset, size }) => index >= offset && index < offset + size)
  const where = tensor === undefined ? `element ${index}` : `element ${index - tensor.offset} of ${tensor.name}`
  return diverged(`${what} is not finite: ${where} is ${vector[index]}`)
}
