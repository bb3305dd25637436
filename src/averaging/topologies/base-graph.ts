/**
 * The Base-(k + 1) graph: a sequence of symmetric graphs, nobody with more than k neighbours in any, that together give
 * the exact mean whatever the number of peers.
 *
 * Takezawa, Sato, Bao, Niwa and Yamada, "Beyond Exponential Graph: Communication-Efficient Topologies for Decentralized
 * Learning via Finite-time Convergence" (2023). Powers of k + 1 are found in whole numbers: a logarithm in floating point
 * takes 1000 for less than 10³.
 *
 * @packageDocumentation
 */

/** Names the edges of one round with their weights, each edge once. */
export type WeightedRound = (edge: (i: number, j: number, weight: number) => void) => void

/** @returns the rounds, in order; none for one peer. Their number is at most 2 log_{k + 1} n + 2 */
export function baseGraph(peers: number, k: number): readonly WeightedRound[] {
  const simple = simpleBase(0, peers, k)
  const groups = smoothPart(peers, k + 1)
  const groupSize = peers / groups
  // First the exact mean of each group, then that of the groups.
  const grouped = [
    ...together(Array.from({ length: groups }, (_, g) => simpleBase(g * groupSize, groupSize, k))),
    ...hyperHypercube(0, fewestFactors(groups, k + 1) ?? [], groupSize),
  ]
  return grouped.length < simple.length ? grouped : simple
}

/**
 * n = a_1 (k + 1)^{p_1} + a_2 (k + 1)^{p_2} + …: blocks that each come to their own mean, and then, from the largest on,
 * give and take with all smaller ones so that what is in the block is right, and what is beyond it is right on average.
 */
function simpleBase(first: number, peers: number, k: number): readonly WeightedRound[] {
  const whole = fewestFactors(peers, k + 1)
  if (whole !== undefined) return hyperHypercube(first, whole)
  const blocks = blocksOf(first, peers, k + 1)
  const means = together(
    blocks.map(({ first, parts, size }) => hyperHypercube(first, fewestFactors(parts * size, k + 1) ?? [])),
  )
  const later = blocks.slice(0, -1).map((block, l) => {
    const inParts = Array.from({ length: block.parts }, (_, part) =>
      hyperHypercube(block.first + part * block.size, fewestFactors(block.size, k + 1) ?? []),
    )
    return after(means.length + l, [exchangeWithSmaller(block, first + peers), ...together(inParts)])
  })
  return together([means, ...later])
}

/** `parts` equal ones, of a power of k + 1 peers each. */
interface Block {
  readonly first: number
  readonly parts: number
  readonly size: number
}

/** The digits of the number of peers, from the highest; those that are 0 are left out. */
function blocksOf(first: number, peers: number, base: number): readonly Block[] {
  const blocks: Block[] = []
  let size = 1
  while (size * base <= peers) size *= base
  for (let next = first; size >= 1; size /= base) {
    const parts = Math.floor((first + peers - next) / size)
    if (parts > 0) blocks.push({ first: next, parts, size })
    next += parts * size
  }
  return blocks
}

/** Everybody behind the block has a peer of its own in each part of it: there are fewer than a part has peers. */
function exchangeWithSmaller({ first, parts, size }: Block, end: number): WeightedRound {
  const behind = first + parts * size
  const weight = (parts * size) / (end - first) / parts
  return edge => {
    for (let i = behind; i < end; i++) {
      for (let part = 0; part < parts; part++) edge(first + part * size + (i - behind), i, weight)
    }
  }
}

/**
 * Peers in a box whose sides are the factors: in each round all along one axis average, and after all axes they have the
 * mean of the box.
 *
 * @param unit peers that stand at one place of the box, and each go through this with their own like
 */
function hyperHypercube(first: number, factors: readonly number[], unit = 1): readonly WeightedRound[] {
  const total = factors.reduce((product, factor) => product * factor, unit)
  let stride = unit
  return factors.map(factor => {
    const apart = stride
    stride *= factor
    return edge => {
      for (let i = 0; i < total; i++) {
        const place = Math.floor(i / apart) % factor
        for (let step = 1; place + step < factor; step++) edge(first + i, first + i + step * apart, 1 / factor)
      }
    }
  })
}

/** The rounds of different peers, carried out at the same time. */
function together(sequences: readonly (readonly WeightedRound[])[]): readonly WeightedRound[] {
  const length = sequences.reduce((longest, sequence) => Math.max(longest, sequence.length), 0)
  return Array.from({ length }, (_, round) => edge => {
    for (const sequence of sequences) sequence[round]?.(edge)
  })
}

/** The same, so many rounds later. */
function after(rounds: number, sequence: readonly WeightedRound[]): readonly WeightedRound[] {
  const idle: WeightedRound = () => {}
  return [...new Array<WeightedRound>(rounds).fill(idle), ...sequence]
}

/** The fewest factors, none above `most`; undefined where a prime factor is. */
function fewestFactors(n: number, most: number): readonly number[] | undefined {
  if (n === 1) return []
  if (n <= most) return [n]
  let fewest: readonly number[] | undefined
  // In descending order, so that each set of factors is met once.
  for (let factor = most; factor >= 2; factor--) {
    // One factor less, none above this, would not make n.
    if (fewest !== undefined && factor ** (fewest.length - 1) < n) break
    const others = n % factor === 0 ? fewestFactors(n / factor, factor) : undefined
    if (others !== undefined && (fewest === undefined || others.length + 1 < fewest.length))
      fewest = [factor, ...others]
  }
  return fewest
}

/** The largest divisor without a prime factor above `most`. */
function smoothPart(n: number, most: number): number {
  let rest = n
  for (let factor = 2; factor <= most; factor++) while (rest % factor === 0) rest /= factor
  return n / rest
}
