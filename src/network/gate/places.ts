/** A number of places, shared out fairly among groups of those who want one. */
export interface Places<Holder> {
  /**
   * Takes a place. Where all are taken, the group with the most gives one up, the one that it has held longest: who floods takes from itself,
   * and whoever comes alone finds room.
   */
  take(holder: Holder, group: string): void
  /** Harmless for who holds none. */
  release(holder: Holder): void
  readonly taken: number
}

/** @param evict ends whoever has to give up its place; it holds none any more */
export function createPlaces<Holder>(size: number, evict: (holder: Holder) => void): Places<Holder> {
  // In the order in which they came.
  const holders = new Map<Holder, string>()
  const counts = new Map<string, number>()

  function release(holder: Holder): void {
    const group = holders.get(holder)
    if (group === undefined) return
    holders.delete(holder)
    const left = (counts.get(group) ?? 0) - 1
    if (left > 0) counts.set(group, left)
    else counts.delete(group)
  }

  function makeRoom(): void {
    const most = Math.max(...counts.values())
    for (const [holder, group] of holders) {
      if (counts.get(group) !== most) continue
      release(holder)
      evict(holder)
      return
    }
  }

  return {
    take(holder, group) {
      holders.set(holder, group)
      counts.set(group, (counts.get(group) ?? 0) + 1)
      if (holders.size > size) makeRoom()
    },
    release,
    get taken() {
      return holders.size
    },
  }
}
