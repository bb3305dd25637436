import { distance, norm, type Vector } from '../../parameters/vectors.ts'
import type { Clips } from '../aggregator.ts'
import { clippedShare, radiusFor, usualDistance } from '../clipping.ts'
import type { AveragingRule } from '../rule.ts'

/** The state of a peer: that of the rule, and what it knows of how far others are. */
export interface ClippedState<State> {
  readonly rule: State
  /** What it has said last. */
  readonly said: Vector
  /** How far each that it has heard was, when it last was. */
  readonly met: Map<number | string, number>
  /** The length of what the last interval of training has added. */
  moved: number
  /** Whether it has merged since it trained. */
  hasMerged: boolean
  /** Intervals of training. */
  intervals: number
  /** As it has said it last. */
  radius: number
}

/**
 * A rule whose links weigh less the farther apart the two are, by both sides' radii: see `clipping.ts`. A peer says its radius beside its
 * vector, so both work out the same weight, and the mean of all stays where the rule keeps it.
 *
 * @param rule one that says one vector, and merges what it hears by the weights of the links
 * @param measure the distance of two vectors. Default: as it is; deployed peers know it by sketches
 */
export function clippedRule<State>(
  rule: AveragingRule<State>,
  { radius: fixed }: Clips,
  measure: (a: Vector, b: Vector) => number = distance,
): AveragingRule<ClippedState<State>> {
  const place = rule.message.scalars

  return {
    ...rule,
    linear: false,
    message: { ...rule.message, scalars: place + 1 },
    start: (parameters, host) => ({
      rule: rule.start(parameters, host),
      said: host.allocate(parameters.length),
      met: new Map(),
      moved: 0,
      hasMerged: true,
      intervals: 0,
      radius: Number.POSITIVE_INFINITY,
    }),
    train(state, update) {
      if (state.hasMerged) {
        state.moved = 0
        state.hasMerged = false
        state.intervals++
      }
      state.moved += norm(update)
      rule.train(state.rule, update)
    },
    send(state, link, message, random) {
      const { met, moved, intervals } = state
      state.radius = fixed ?? radiusFor(usualDistance([...met.values()], moved), intervals)
      message.scalars[place] = state.radius
      const bytes = rule.send(state.rule, link, message, random)
      state.said.set(message.vectors[0])
      return bytes + Float64Array.BYTES_PER_ELEMENT
    },
    merge(state, received, selfWeight) {
      const clipped = received.map(({ peer, weight, message }) => {
        const far = measure(state.said, message.vectors[0])
        state.met.set(peer, far)
        return { peer, message, weight: weight * clippedShare(Math.min(state.radius, message.scalars[place]), far) }
      })
      state.hasMerged = true
      rule.merge(state.rule, clipped, selfWeight)
    },
    skip: rule.skip && (state => rule.skip?.(state.rule)),
    estimate: state => rule.estimate(state.rule),
  }
}
