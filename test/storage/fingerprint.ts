import { createHash } from 'node:crypto'
import type { Checkpoint } from '../../src/gossip/state/checkpoint.ts'
import { littleEndianBytes } from '../../src/parameters/little-endian.ts'

/** All that a peer has learned and owes to others, but the numbers that it leaps ahead after damage. */
export function fingerprintOf({ parameters, decisions, doubts, trainer, ...others }: Checkpoint): string {
  const { sequence: _, lostExchanges: __, random: ___, ...facts } = others
  const hash = createHash('sha256')
  const ordered = Object.entries(trainer.tensors).sort(([a], [b]) => (a < b ? -1 : 1))
  hash.update(JSON.stringify([facts, decisions, doubts.map(({ id, frame }) => [id, frame]), trainer.metadata]))
  for (const vector of [parameters, ...doubts.map(({ values }) => values), ...ordered.map(([, vector]) => vector)]) {
    hash.update(littleEndianBytes(vector))
  }
  return hash.digest('hex')
}
