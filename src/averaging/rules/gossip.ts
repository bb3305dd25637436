import { addScaled, requireSameLength, type Vector } from '../../parameters/vectors.ts'
import { type GossipMerge, keepsBoth } from '../gossip-merge.ts'
import { type LiveRule, plainBytes } from '../rule.ts'

interface GossipState {
  readonly x: Vector
  /** Updates that the model has seen. */
  age: number
}

/**
 * Gossip learning: everybody sends its model to somebody at random, and merges what arrives with its own, in the order of
 * arrival, before it trains on (Ormándi, Hegedűs and Jelasity 2013, "Gossip learning with linear models on fully distributed
 * data", mode MU; with a merge that takes what arrives as it is, mode RW). How much each counts is up to the ages of the two,
 * not to the weights of a mixing matrix.
 *
 * Live peers merge in pairs, both or neither. With shares that are the ages over their sum both end at the same mean by age; it
 * moves the swarm's mean, towards those that have learned more. There the age of a model is in local steps.
 */
export function gossip(name: string, merge: GossipMerge): LiveRule<GossipState> {
  return {
    name,
    hint: 'in pairs, and who has learned more counts for more',
    live: {
      schedule: 'pairs',
      share: (own, theirs) => merge(own, theirs).share,
      misfit: () =>
        keepsBoth(merge)
          ? undefined
          : `${name} may put one model in the place of another, and a peer would not know whether what it learned is in the final one: take gossip:age or gossip:plain`,
    },
    movesMean: true,
    travels: 'exact',
    mixing: 'row-stochastic',
    message: { vectors: 1, scalars: 1, to: 'all' },
    start(parameters, { allocate }) {
      const x = allocate(parameters.length)
      x.set(parameters)
      return { x, age: 0 }
    },
    train(state, update) {
      addScaled(state.x, 1, update)
      state.age++
    },
    send({ x, age }, _link, message) {
      message.vectors[0].set(x)
      message.scalars[0] = age
      return plainBytes(message)
    },
    merge(state, received) {
      for (const { message } of received) {
        const { share, age } = merge(state.age, message.scalars[0])
        mix(state.x, share, message.vectors[0])
        state.age = age
      }
    },
    estimate: ({ x }) => x,
  }
}

/** x ← (1 − share) x + share y; exactly x or y where the share is 0 or 1. */
function mix(x: Vector, share: number, y: Vector): void {
  requireSameLength(x, y)
  for (let i = 0; i < x.length; i++) x[i] = (1 - share) * x[i] + share * y[i]
}
