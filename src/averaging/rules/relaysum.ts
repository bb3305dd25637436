import { addScaled, requireSameLength, type Vector } from '../../parameters/vectors.ts'
import { type AveragingRule, plainBytes } from '../rule.ts'
import { type LinkMemories, memoryOf } from './link-memory.ts'

interface RelaySumState {
  readonly x: Vector
  readonly peers: number
  /** m_{j→i} and its count, of the last round; count 0 where nothing came. */
  readonly heard: LinkMemories
  /** Σ_j m_{j→i} of the last round. */
  readonly sum: Vector
  /** How many models are in that sum. */
  count: number
}

/**
 * RelaySum on the edges of a tree: m_{i→j} = x_i + Σ_{k ≠ j} m_{k→i}, with a count of the models in it, and
 * x_i ← ((n − #) x_i + Σ_j m_{j→i}) / n (Vogels et al. 2021, "RelaySum for Decentralized Deep Learning on Heterogeneous
 * Data"). Everyone's model arrives everywhere with the same weight 1/n, as many rounds late as it is far away. Models that have
 * not arrived, at the beginning or because a message was lost, are made up for by one's own.
 *
 * Meant for peers that start alike. Where they do not, averaging alone ends near their mean and not at it: in the first rounds
 * a peer at the edge of the tree fills in more for others than one in the middle does.
 */
export const relaysum: AveragingRule<RelaySumState> = {
  name: 'relaysum',
  hint: 'sums that are relayed over a tree, so that everybody counts alike',
  movesMean: true,
  travels: 'exact',
  mixing: 'tree',
  message: { vectors: 1, scalars: 1, to: 'link' },
  start(parameters, { peers, allocate }) {
    const x = allocate(parameters.length)
    x.set(parameters)
    return { x, peers, heard: new Map(), sum: allocate(parameters.length), count: 0 }
  },
  train: ({ x }, update) => addScaled(x, 1, update),
  send({ x, heard, sum, count }, link, message) {
    if (link === undefined) return 0
    const [relayed] = message.vectors
    // The sum without what the receiver itself sent, instead of adding up all others for each receiver.
    const theirs = heard.get(link.peer)
    relayed.set(x)
    addScaled(relayed, 1, sum)
    if (theirs !== undefined && theirs.scalar > 0) addScaled(relayed, -1, theirs.vector)
    message.scalars[0] = 1 + count - (theirs?.scalar ?? 0)
    return plainBytes(message)
  },
  merge(state, received) {
    const { x, peers, heard, sum } = state
    for (const link of heard.values()) link.scalar = 0
    sum.fill(0)
    state.count = 0
    for (const { peer, message } of received) {
      const [vector] = message.vectors
      requireSameLength(x, vector)
      const link = memoryOf(heard, peer, x)
      link.vector.set(vector)
      link.scalar = message.scalars[0]
      addScaled(sum, 1, vector)
      state.count += link.scalar
    }
    for (let p = 0; p < x.length; p++) x[p] = ((peers - state.count) * x[p] + sum[p]) / peers
  },
  estimate: ({ x }) => x,
}
