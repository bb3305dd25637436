import type { Random } from '../../random/random.ts'
import { PartitionError } from '../errors.ts'
import { samplesByClass } from './classes.ts'
import { evenCuts, type Partition, type PartitionKind, requireEnough } from './partition.ts'

/**
 * K classes per peer: every class is cut into pieces, and every peer gets K pieces, of K classes. So are the pieces dealt of
 * McMahan, Moore, Ramage, Hampson and Agüera y Arcas, "Communication-efficient learning of deep networks from decentralized
 * data" (2017), who sort the samples by label and cut them evenly; here no piece straddles two classes and nobody gets two of
 * one, so that K is exact. Larger classes are cut into more pieces, so that all are about as large.
 */
export const shards: PartitionKind = {
  parse(argument = '') {
    if (!/^[1-9]\d{0,5}$/.test(argument)) {
      throw new PartitionError(
        `"shards:${argument}" has no valid K; expected a whole number of at least 1, such as shards:2`,
      )
    }
    return (labels, peers, random) => dealPieces(Number(argument), labels, peers, random)
  },
}

/** Attempted switches for each piece after the first deal: the chain forgets where it started long before this. */
const SWITCHES_PER_PIECE = 10

function dealPieces(perPeer: number, ...[labels, peers, random]: Parameters<Partition>): Int32Array[] {
  requireEnough(labels.length, peers)
  const classes = samplesByClass(labels).map(samples => random.shuffle(Int32Array.from(samples)))
  requirePossible(
    perPeer,
    classes.map(({ length }) => length),
    peers,
  )
  const counts = piecesOf(classes, perPeer * peers, peers)
  const hands = dealClasses(counts, peers, random)
  switchClasses(hands, random)
  const pieces = classes.map((samples, c) => evenCuts(samples, counts[c]))
  return hands.map(hand => random.shuffle(concatenated(hand.map(c => pieces[c].pop() as Int32Array))))
}

/** @throws PartitionError where `perPeer` classes for each of the peers cannot take up all samples */
function requirePossible(perPeer: number, sizes: readonly number[], peers: number): void {
  const classes = sizes.length
  const least = Math.ceil(classes / peers)
  // A peer takes one piece of a class at most, and a piece has one sample at least.
  const most = Math.floor(sizes.reduce((sum, size) => sum + Math.min(size, peers), 0) / peers)
  if (perPeer >= least && perPeer <= most) return
  let reason = `the classes have too few samples for ${perPeer * peers} pieces, of which no peer gets two of a class`
  if (perPeer < least) reason = `${peers} peers with so many classes each leave some of the ${classes} out`
  if (perPeer > classes) reason = `there are ${classes} classes`
  const nearest = least > most ? 'sorted' : `shards:${perPeer < least ? least : most}`
  throw new PartitionError(`shards:${perPeer} is impossible: ${reason}; the nearest that works is ${nearest}`)
}

/**
 * Into how many pieces each class is cut: at least one, at most one for each peer and each sample, and else so that the
 * largest piece becomes smaller.
 *
 * @returns `[classes]`, `total` altogether
 */
function piecesOf(classes: readonly Int32Array[], total: number, peers: number): number[] {
  const counts = classes.map(() => 1)
  for (let given = classes.length; given < total; given++) {
    let largest = -1
    classes.forEach(({ length }, c) => {
      if (counts[c] === Math.min(length, peers)) return
      if (largest < 0 || length / counts[c] > classes[largest].length / counts[largest]) largest = c
    })
    counts[largest]++
  }
  return counts
}

/**
 * The classes of every peer's pieces, none twice: those with the fewest so far take the next class, so nobody is ever more
 * than one ahead, and all end with equally many.
 *
 * @param counts `[classes]`: pieces of each; at most as many as peers
 * @returns `[peers, perPeer]`
 */
function dealClasses(counts: readonly number[], peers: number, random: Random): number[][] {
  const hands: number[][] = Array.from({ length: peers }, () => [])
  const order = random.shuffle(hands.slice())
  let next = 0
  counts.forEach((count, c) => {
    for (let piece = 0; piece < count; piece++) order[next++ % peers].push(c)
  })
  return hands
}

/**
 * Exchanges random pieces between random peers wherever nobody gets a class twice: a chain whose stationary distribution is
 * uniform over the deals (Kannan, Tetali and Vempala, "Simple Markov-chain algorithms for generating bipartite graphs and
 * tournaments", 1999).
 */
function switchClasses(hands: readonly number[][], random: Random): void {
  const perPeer = hands[0].length
  for (let attempt = 0; attempt < SWITCHES_PER_PIECE * hands.length * perPeer; attempt++) {
    const [a, b] = [hands[random.integer(hands.length)], hands[random.integer(hands.length)]]
    const [i, j] = [random.integer(perPeer), random.integer(perPeer)]
    if (a.includes(b[j]) || b.includes(a[i])) continue
    const kept = a[i]
    a[i] = b[j]
    b[j] = kept
  }
}

function concatenated(pieces: readonly Int32Array[]): Int32Array {
  const all = new Int32Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let end = 0
  for (const piece of pieces) {
    all.set(piece, end)
    end += piece.length
  }
  return all
}
