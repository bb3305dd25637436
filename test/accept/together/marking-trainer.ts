/**
 * Training of which it can be seen in any vector whose it is: each interval of a peer's leaves a mark in a place of its own. Averaging
 * thins a mark and spreads it, and nothing but a replacement makes it vanish, so a vector without it does not contain that interval.
 *
 * @packageDocumentation
 */

import type { VirtualClock } from '../../../simulations/virtual/clock.ts'
import { createLayout } from '../../../src/parameters/layout.ts'
import type { Trainer } from '../../../src/training/trainer.ts'

/** Intervals from the first one that are all marked. */
const DENSE = 32

/** From there on, after every so many times as many intervals, only one in so many times as many is. */
const SPARSER = 8

/** More than any peer of a scenario trains. */
const MOST_STRIDE = SPARSER ** 4

/** IndexChoice of one peer. */
export const PLACES = DENSE + (4 * (DENSE * (SPARSER - 1))) / SPARSER

/** The place at which an interval leaves its mark, counted from 0; undefined where it leaves none. */
export function placeOf(interval: number): number | undefined {
  let [begin, end, stride, first] = [0, DENSE, 1, 0]
  while (interval >= end) {
    first += (end - begin) / stride
    begin = end
    end *= SPARSER
    stride *= SPARSER
    if (stride > MOST_STRIDE) return undefined
  }
  return (interval - begin) % stride === 0 ? first + (interval - begin) / stride : undefined
}

/** One of all peers' initial parameters: without it, distances would be relative to a norm of 0. */
const ANCHOR = 1

export interface MarkingOptions {
  readonly index: number
  readonly peers: number
  /** Virtual time of a step. */
  readonly stepMs: number
  readonly samples: number
  /** The number of the interval, of so many steps, that comes next, through all lives of the peer: a mark is made once. */
  readonly nextInterval: (steps: number) => number
  /** Called with the place of the next mark. */
  readonly onMark: (place: number) => void
  /** Whether what an interval gives is no number. */
  readonly spoils: (interval: number) => boolean
}

export function createMarkingTrainer(clock: VirtualClock, options: MarkingOptions): Trainer {
  const { index, peers, stepMs, nextInterval } = options
  const length = peers * PLACES + 1
  return {
    layout: createLayout([{ name: 'marks', shape: [length], trainable: true }]),
    backend: 'none',
    samples: options.samples,
    async initial() {
      const initial = new Float32Array(length)
      initial[length - 1] = ANCHOR
      return initial
    },
    train: (_parameters, steps) =>
      clock.work(steps * stepMs, async () => {
        const interval = nextInterval(steps)
        const place = placeOf(interval)
        const update = new Float32Array(length)
        if (options.spoils(interval)) update.fill(Number.NaN)
        else if (place !== undefined) {
          options.onMark(place)
          update[index * PLACES + place] = 1
        }
        return { update, loss: 1, samples: steps, seconds: (steps * stepMs) / 1_000 }
      }),
    evaluate: async () => ({ loss: 0, accuracy: 0, samples: 0 }),
    state: async () => ({ tensors: {}, metadata: {} }),
    restore: async () => {},
    stop: async () => {},
  }
}
