/**
 * How often a peer says how it is. Everybody hears everybody, so in a large swarm each speaks less often: what a peer hears, verifies and
 * forwards in a second then no longer grows with the swarm.
 *
 * @packageDocumentation
 */

import { ANNOUNCE_GAP_MS, ANNOUNCE_INTERVAL_MS, HEARD_A_SECOND, LONGEST_ANNOUNCE_INTERVAL_MS } from './constants.ts'

/** Milliseconds in which so many peers may say something, once each. */
const timeOf = (peers: number) => Math.min(LONGEST_ANNOUNCE_INTERVAL_MS, (1_000 * peers) / HEARD_A_SECOND)

/**
 * The usual time from one announcement of a peer to its next, in milliseconds.
 *
 * @param peers of the swarm, this one among them
 */
export function announceInterval(peers: number): number {
  return Math.max(ANNOUNCE_INTERVAL_MS, timeOf(peers))
}

/** What has changed, and nobody waits for, is told no sooner after the last announcement than this, in milliseconds. */
export function newsGap(peers: number): number {
  return Math.max(ANNOUNCE_GAP_MS, timeOf(peers))
}

/**
 * The interval of another, as far as its word for it is taken: up to twice what this peer finds right, because the other may know of
 * more members. So one that says a huge one is not taken for living for ever.
 *
 * @param said in milliseconds
 */
export function believedInterval(said: number, peers: number): number {
  return Math.min(Math.max(ANNOUNCE_INTERVAL_MS, said), 2 * announceInterval(peers))
}
