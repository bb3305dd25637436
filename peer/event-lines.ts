/**
 * What happens often, in a line each, for those who ask for it.
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
