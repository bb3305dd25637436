import type { PeerId } from '../ports.ts'

/** The round in which a peer is, which decides on its neighbours where the topology changes. */
export interface RoundNumber {
  /** The one that this peer is in or has finished. */
  now(): number
  /**
   * The one after it, or that in which most neighbours are, if that is later. Most, so that one byzantine peer cannot send this one into a
   * round in which it is alone.
   */
  next(): number
  advance(round: number): void
  /** Another has said in which round it is. */
  heard(peer: PeerId, round: number): void
}

export function createRoundNumber(neighbours: (round: number) => readonly PeerId[]): RoundNumber {
  let current = -1
  /** The latest round in which each other was, as far as it has said. */
  const rounds = new Map<PeerId, number>()

  function ahead(): number {
    // Who is in no round yet goes by its neighbours in the first.
    const linked = neighbours(Math.max(current, 0))
    const beyond = linked.map(peer => rounds.get(peer) ?? 0).filter(round => round > current + 1)
    return 2 * beyond.length > linked.length ? Math.min(...beyond) : 0
  }

  return {
    now: () => current,
    next: () => Math.max(current + 1, ahead()),
    advance(round) {
      current = round
    },
    heard: (peer, round) => void rounds.set(peer, round),
  }
}
