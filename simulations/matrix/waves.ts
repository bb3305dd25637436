/** An exchange between two peers. */
export type Pair = readonly [number, number]

/**
 * Sorts exchanges into waves: no peer takes part twice in one, and a peer that takes part in several does so in the order
 * in which they were given. So the waves, each at once, give what the exchanges give one after another.
 *
 * @param pairs in their order
 */
export function wavesOf(pairs: readonly Pair[], peers: number): Pair[][] {
  const busyUntil = new Int32Array(peers)
  const waves: Pair[][] = []
  for (const pair of pairs) {
    const [a, b] = pair
    const wave = Math.max(busyUntil[a], busyUntil[b])
    busyUntil[a] = wave + 1
    busyUntil[b] = wave + 1
    if (wave === waves.length) waves.push([])
    waves[wave].push(pair)
  }
  return waves
}
