/** A history of bounded length, of something that may go on for days. */
export interface Thinned<Item> {
  add(item: Item): void
  all(): readonly Item[]
}

/**
 * Keeps the first and the newest of what was added, and between them every k-th, evenly: whenever more than so many are there, every other
 * one goes, and k doubles.
 *
 * @param most even
 */
export function createThinned<Item>(most: number): Thinned<Item> {
  let kept: Item[] = []
  let every = 1
  let added = 0
  return {
    add(item) {
      // The newest is there whatever its number; it stays only where that fits.
      if (kept.length > 0 && (added - 1) % every !== 0) kept.pop()
      kept.push(item)
      added++
      if (kept.length <= most) return
      kept = kept.filter((_, i) => i % 2 === 0)
      every *= 2
    },
    all: () => kept,
  }
}
