import type { Recipe } from '../../../src/index.ts'
import { WrongUsage } from '../../wrong-usage.ts'
import type { PeerFlags } from './flags.ts'

/** Each pair with the reason why one of the two is too much. */
const APART: readonly (readonly [a: keyof PeerFlags, b: keyof PeerFlags, why: string])[] = [
  ['epochs', 'steps', 'both say how long this peer trains'],
  ['more', 'steps', 'both say how long this peer trains'],
  ['more', 'epochs', 'both say how long this peer trains'],
  ['alone', 'wait', 'one that trains alone waits for nobody'],
  ['alone', 'invite', 'one that trains alone meets nobody who would ask for it'],
  ['alone', 'stay', 'one that trains alone has nothing to give to others'],
]

/** What is about a peer's own training. */
const TRAINING: readonly (keyof PeerFlags)[] = ['shard', 'steps', 'epochs', 'more', 'alone']

/** @throws WrongUsage for flags that do not go together, or miss another */
export function requireFittingFlags(flags: PeerFlags): void {
  for (const [a, b, why] of APART) {
    if (flags[a] !== undefined && flags[b] !== undefined) {
      throw new WrongUsage(`--${a} and --${b} cannot be given together: ${why}; leave out one`)
    }
  }
  const training = TRAINING.find(flag => flags[flag] !== undefined)
  if (flags.data === 'none' && training !== undefined) {
    throw new WrongUsage(`--data none only watches what others learn; leave out --${training}`)
  }
  if (flags.more !== undefined && flags.state === undefined) {
    throw new WrongUsage('--more trains on from what was sealed in a state; it needs --state DIR')
  }
  if (flags.partition !== undefined && flags.shard === undefined) {
    throw new WrongUsage(
      '--partition says how the data is split into shards; it needs --shard I/N, such as --shard 1/5',
    )
  }
}

/**
 * How close peers must be to agree is for the swarm to say; a peer of its own accord may only ask for more.
 *
 * @throws WrongUsage where it would be looser than its swarm
 */
export function requireStricter(distance: number | undefined, { averaging }: Recipe): void {
  if (distance === undefined || distance <= averaging.consensusDistance) return
  throw new WrongUsage(
    `--until-consensus ${distance} is looser than the recipe, which says ${averaging.consensusDistance}; ` +
      'expected a smaller distance: a peer may only be stricter than its swarm',
  )
}
