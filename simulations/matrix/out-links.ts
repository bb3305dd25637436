import type { MixingMatrix } from '../../src/averaging/mixing.ts'

/** The links of W by sender: those of j are at the places `offsets[j]` up to, not including, `offsets[j + 1]`. */
export interface OutLinks {
  /** `[peers + 1]` */
  readonly offsets: Int32Array
  /** `[links]`: the peer that hears it, ascending for each sender. */
  readonly receivers: Int32Array
  /** `[links]`: the link's place in W. */
  readonly places: Int32Array
}

export function outLinks({ peers, offsets, neighbours }: MixingMatrix): OutLinks {
  const starts = new Int32Array(peers + 1)
  for (const j of neighbours) starts[j + 1]++
  for (let j = 0; j < peers; j++) starts[j + 1] += starts[j]
  const next = starts.slice(0, peers)
  const receivers = new Int32Array(neighbours.length)
  const places = new Int32Array(neighbours.length)
  for (let i = 0; i < peers; i++) {
    for (let k = offsets[i]; k < offsets[i + 1]; k++) {
      const place = next[neighbours[k]]++
      receivers[place] = i
      places[place] = k
    }
  }
  return { offsets: starts, receivers, places }
}
