/** Commits items in groups: while one group is on its way to the disk, all that come are the next one. */
export interface GroupCommit<Item> {
  /** Resolves when the item, and all that were added before it, are committed; rejects with what its group failed with. */
  add(item: Item): Promise<void>
  /** Resolves when nothing waits any more. */
  idle(): Promise<void>
}

interface Waiting<Item> {
  readonly item: Item
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/**
 * The disk is asked once for a whole group: a flush takes about as long for many items as for one.
 *
 * DeWitt, Katz, Olken, Shapiro, Stonebraker and Wood, "Implementation Techniques for Main Memory Database Systems" (1984).
 *
 * @param commit is not called again before it has settled
 */
export function createGroupCommit<Item>(commit: (items: readonly Item[]) => Promise<void>): GroupCommit<Item> {
  let waiting: Waiting<Item>[] = []
  let working: Promise<void> | undefined

  async function work(): Promise<void> {
    while (waiting.length > 0) {
      const group = waiting
      waiting = []
      try {
        await commit(group.map(({ item }) => item))
        for (const { resolve } of group) resolve()
      } catch (error) {
        for (const { reject } of group) reject(error)
      }
    }
    working = undefined
  }

  return {
    add: item =>
      new Promise((resolve, reject) => {
        waiting.push({ item, resolve, reject })
        // Not at once: what is added in the same moment belongs to the same group.
        working ??= Promise.resolve().then(work)
      }),
    idle: async () => await working,
  }
}
