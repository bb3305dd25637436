/**
 * What happens again and again, in a line each.
 *
 * @packageDocumentation
 */

import type { PeerEvents } from '../src/index.ts'
import { describeQuality } from './quality.ts'
import { bytes, count, distance, seconds, shortPeer } from './words.ts'

/** An exchange that a peer began. */
export function describeExchange({ peer, outcome, codec, ...cost }: PeerEvents['exchange']): string {
  return `exchange with ${shortPeer(peer)}: ${outcome}, ${codec}, ${bytes(cost.bytes)} in ${seconds(cost.seconds)}`
}

/** With so little trust a member may hardly move a peer, and has no voice in how the run ends. */
const HARDLY_ANY = 1 / 4

/** Whose exchanges count for less, and what follows. It may be honest, with data that are unlike those of others. */
export function describeClipped({ peer, fault, distance, usual, trust }: PeerEvents['clipped']): string {
  const who = shortPeer(peer)
  const isHeard = trust > HARDLY_ANY
  if (fault === 'false-sketch') {
    const then = isHeard ? 'its exchanges count for less for a while' : 'it has hardly any weight here for a while'
    return `${who} has sent a model that is farther away than its sketch said: the exchange was cut short, and ${then}`
  }
  const times = distance / usual
  const far = `${who} is ${times < 10 ? times.toPrecision(2) : count(Math.round(times))} times as far away as is usual`
  if (!isHeard) return `${far}, again and again: it has hardly any weight here until it comes nearer`
  return `${far}${trust < 1 ? ', again and again' : ''}: its exchanges count for less`
}

/** An interval of training, of a peer among others whose lines go to the same place. */
export function describeInterval({ step, loss, samplesPerSecond, ...round }: PeerEvents['round']): string {
  const { consensusDistance, ...quality } = round
  return [
    `step ${count(step)}`,
    `loss ${loss.toFixed(3)}`,
    ...[describeQuality(quality)].filter(words => words !== undefined),
    `${count(Math.round(samplesPerSecond))} samples/s`,
    ...(consensusDistance === null ? [] : [`distance ${distance(consensusDistance)}`]),
  ].join('   ')
}
