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
  const started = Math.floor(now)
  const first = Math.max(started, (checkpoint?.sequence ?? -1) + 1)
  // Of two lives that go on from one checkpoint, because the first of them has written nothing, a clock that was set back tells which is which.
  const life = first === started ? first.toString(36) : `${first.toString(36)}-${started.toString(36)}`
  let sequence = first
  let exchanges = 0

  return {
    self,
    random,
    lostExchanges: checkpoint?.lostExchanges ?? false,
    nextSequence: () => ++sequence,
    nextExchangeId: () => `${life}.${(exchanges++).toString(36)}`,
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
