/**
 * How many local steps pass between two exchanges: a number that the recipe gives, or one that follows from how long steps
 * and exchanges take here.
 *
 * @packageDocumentation
 */

import { medianOf, upperMedianOf } from '../../averaging/medians.ts'
import { AUTO_FIRST_LOCAL_STEPS } from '../../recipe/recipe.ts'
import {
  AUTO_EXCHANGE_RATIO,
  AUTO_LONGEST_INTERVAL_MS,
  AUTO_MAX_LOCAL_STEPS,
  AUTO_MEMORY,
  DOUBTFUL_PACE,
  FEWEST_INTERVALS,
  FEWEST_PACES,
  MEETING_OBSERVATIONS,
  TOLERATED_PACE,
} from './constants.ts'
import type { Observer } from './observations.ts'
import { createRecent } from './recent.ts'

export interface Interval extends Required<Pick<Observer, 'trained' | 'averaged'>> {
  /** Local steps until the next exchange. */
  steps(): number
  /** The usual duration of a step here, in milliseconds; undefined before one was measured. */
  pace(): number | undefined
}

/** @param others what a local step takes others, by their own account, in milliseconds. Default: nobody has said */
export function createInterval(localSteps: number | 'auto', others: () => readonly number[] = () => []): Interval {
  return localSteps === 'auto' ? createMeasuredInterval() : createGivenInterval(localSteps, others)
}

/**
 * So many steps; of a peer that is much slower than the others, as many as it makes in the time of theirs. In that way it averages as
 * often as they do, and its data has a part from the first round to the last: where it came to every tenth, they would have forgotten
 * in between what only it knows. Steps are compared, not intervals: these would grow shorter and shorter by one another.
 */
function createGivenInterval(localSteps: number, others: () => readonly number[]): Interval {
  const pace = createPace()
  return {
    steps() {
      const own = pace.quickest()
      const announced = others()
      if (own === undefined || announced.length === 0) return localSteps
      // One or two others are whom it compares itself with; of more it is one itself, so that as many liars as honest peers slow down nobody.
      const theirs = announced.length < FEWEST_PACES ? medianOf(announced) : upperMedianOf([...announced, own])
      const tolerated = pace.isSure() ? TOLERATED_PACE : DOUBTFUL_PACE
      return own <= tolerated * theirs ? localSteps : Math.max(1, Math.round((localSteps * theirs) / own))
    },
    pace: pace.usual,
    trained: pace.add,
    averaged() {},
  }
}

interface Pace {
  add(steps: number, milliseconds: number): void
  /** In milliseconds; undefined before one was measured. */
  usual(): number | undefined
  /** To compare with what others usually need: garbage and other programs only ever add to what a step takes. */
  quickest(): number | undefined
  /** Whether it rests on more than a moment. */
  isSure(): boolean
}

/** The duration of a step. The first one, which compiles kernels, is left out. */
function createPace(): Pace {
  const recent = createRecent(MEETING_OBSERVATIONS)
  let first = true
  const known = (value: () => number) => (recent.count === 0 ? undefined : value())
  return {
    add(steps, milliseconds) {
      if (!first) recent.add(milliseconds / steps)
      first = false
    },
    usual: () => known(recent.median),
    quickest: () => known(recent.least),
    isSure: () => recent.count >= FEWEST_INTERVALS,
  }
}

/**
 * Training waits for the averaging after an interval. With steps that take s and averaging that takes E, waiting for others
 * included, on average,
 *
 *     H = E / (ratio · s), rounded up
 *
 * makes averaging take no longer than that ratio of the training before it. A quicker peer waits for the others, and so takes
 * more steps in the same time.
 */
function createMeasuredInterval(): Interval {
  const step = createAverage()
  const exchange = createAverage()
  const pace = createPace()
  return {
    pace: pace.usual,
    steps() {
      const [s, E] = [step.value(), exchange.value()]
      if (s === undefined || E === undefined) return AUTO_FIRST_LOCAL_STEPS
      // Not a number where both were too short for the clock.
      const wanted = Math.ceil(E / (AUTO_EXCHANGE_RATIO * s)) || 1
      return Math.max(1, Math.min(wanted, Math.floor(AUTO_LONGEST_INTERVAL_MS / s), AUTO_MAX_LOCAL_STEPS))
    },
    trained(steps, milliseconds) {
      step.add(milliseconds / steps)
      pace.add(steps, milliseconds)
    },
    averaged: exchange.add,
  }
}

/**
 * An exponentially weighted average. The first value is left out: the first steps compile kernels, the first exchange
 * opens a connection, and what they took says nothing of the next.
 */
function createAverage(): { add(value: number): void; value(): number | undefined } {
  let first = true
  let average: number | undefined
  return {
    add(value) {
      if (!first) average = average === undefined ? value : average + AUTO_MEMORY * (value - average)
      first = false
    },
    value: () => average,
  }
}
