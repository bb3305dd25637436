import type { MixingMatrix } from '../../src/averaging/mixing.ts'

/**
 * W with the links of some peers taken away. Their weights are added to the receiver's weight of itself, so that rows go on
 * summing to 1, or to the sender's, so that columns do.
 *
 * @param away `[peers]`, 1 for those
 */
export function withoutPeers(W: MixingMatrix, away: Uint8Array, keeper: 'receiver' | 'sender'): MixingMatrix {
  const self = W.self.slice()
  const offsets = new Int32Array(W.peers + 1)
  const neighbours = new Int32Array(W.neighbours.length)
  const weights = new Float64Array(W.weights.length)
  let links = 0
  for (let i = 0; i < W.peers; i++) {
    for (let k = W.offsets[i]; k < W.offsets[i + 1]; k++) {
      const j = W.neighbours[k]
      if (away[i] || away[j]) {
        self[keeper === 'receiver' ? i : j] += W.weights[k]
        continue
      }
      neighbours[links] = j
      weights[links] = W.weights[k]
      links++
    }
    offsets[i + 1] = links
  }
  return {
    peers: W.peers,
    self,
    offsets,
    neighbours: neighbours.subarray(0, links),
    weights: weights.subarray(0, links),
  }
}
