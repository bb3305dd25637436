import type { Random } from '../random/random.ts'

/** The bounds of a fragment of a vector (end exclusive); the fragments differ by at most one in length. */
export function fragmentBounds(length: number, fragments: number, fragment: number): [start: number, end: number] {
  return [Math.floor((fragment * length) / fragments), Math.floor(((fragment + 1) * length) / fragments)]
}

/** Whether a vector that is cut into so many fragments has one that begins and ends there. */
export function isFragment(length: number, fragments: number, start: number, end: number): boolean {
  const near = Math.round((start * fragments) / Math.max(1, length))
  return [near - 1, near, near + 1].some(fragment => {
    if (fragment < 0 || fragment >= fragments) return false
    const [first, last] = fragmentBounds(length, fragments, fragment)
    return first === start && last === end
  })
}

/**
 * Deals the next fragment: each once, in random order, before any comes again, so that everyone sends as much of each.
 *
 * @param deck those that are left; empty at first
 */
export function dealFragment(deck: number[], fragments: number, random: Random): number {
  if (deck.length === 0) {
    for (const fragment of random.shuffle(Array.from({ length: fragments }, (_, index) => index))) deck.push(fragment)
  }
  return deck.pop() ?? 0
}
