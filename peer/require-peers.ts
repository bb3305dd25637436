import { count } from './words.ts'
import { WrongUsage } from './wrong-usage.ts'

/** All are connected to the first, which keeps so many connections at most. */
export const MOST_REAL_PEERS = 128

/** A world of that many is gigabytes; more peers need rounds, and those are what the matrix engine is for. */
const MOST_VIRTUAL_PEERS = 10_000

/** The most peers that fit in the memory of one machine, with a few thousand parameters each. */
export const MOST_PEERS = 1_000_000

/** Commander would miss it before it sees that it was misspelt. */
export function requirePeers({ peers }: { readonly peers?: number }, most: number): void {
  if (peers === undefined)
    throw new WrongUsage(`--peers N is missing; expected a whole number from 1 to ${count(most)}`)
}

/** @throws WrongUsage where so many peers are more than this engine carries, with one that does */
export function requireCarried(engine: 'matrix' | 'virtual' | 'libp2p', peers: number): void {
  if (engine === 'libp2p' && peers > MOST_REAL_PEERS) {
    throw new WrongUsage(`--engine libp2p runs at most ${MOST_REAL_PEERS} real peers; --engine virtual or matrix more`)
  }
  if (engine === 'virtual' && peers > MOST_VIRTUAL_PEERS) {
    throw new WrongUsage(`--engine virtual runs at most ${count(MOST_VIRTUAL_PEERS)} peers; --engine matrix more`)
  }
}
