import { type Random, restoreRandom } from '../../random/random.ts'
import type { PeerId } from '../peer-id.ts'
import type { Checkpoint } from './checkpoint.ts'

/** One life of a peer: what makes its numbers unlike those of its earlier lives. */
export interface Incarnation {
  readonly self: PeerId
  /** Goes on where the checkpoint's stood. */
  readonly random: Random
  /** The sequence of the next announcement: larger than all before, those of earlier lives too. */
  nextSequence(): number
  /** The id of the next exchange that this peer begins: never the same one twice. */
  nextExchangeId(): string
  /** Whether a damaged file took with it what earlier lives had recorded of exchanges. */
  readonly lostExchanges: boolean
  durable(): Pick<Checkpoint, 'swarm' | 'generation' | 'peer' | 'sequence' | 'lostExchanges' | 'random'>
}

/**
 * @param now clock time, in milliseconds
 * @param random where there is no checkpoint to go on from
 */
export function createIncarnation(
  { swarm, self, now, random: fresh }: { swarm: string; self: PeerId; now: number; random: Random },
  checkpoint?: Checkpoint,
): Incarnation {
  const random = checkpoint === undefined ? fresh : restoreRandom(checkpoint.random)
  const first = Math.max(Math.floor(now), (checkpoint?.sequence ?? -1) + 1)
  let sequence = first
  let exchanges = 0

  return {
    self,
    random,
    lostExchanges: checkpoint?.lostExchanges ?? false,
    nextSequence: () => ++sequence,
    nextExchangeId: () => `${first.toString(36)}.${(exchanges++).toString(36)}`,
    durable: () => ({
      swarm,
      generation: checkpoint?.generation,
      peer: self,
      sequence,
      ...(checkpoint?.lostExchanges && { lostExchanges: true }),
      random: random.state(),
    }),
  }
}
