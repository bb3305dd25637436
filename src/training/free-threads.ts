import { availableParallelism } from 'node:os'

/** Threads with which each of so many peers of a machine may train: its cores, less the one that carries the peer's network. */
export function freeThreads(peers = 1): number {
  return Math.max(1, Math.floor(availableParallelism() / peers) - 1)
}
