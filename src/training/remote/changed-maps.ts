/**
 * The maps that samples go through may change after the trainer was made (see `createSharedMap`). A thread shares their
 * memory; a process has copies, and must be sent the changes.
 *
 * @packageDocumentation
 */

import type { AffineMap } from '../../data/affine-map.ts'
import type { TrainerOptions } from '../trainer-options.ts'

/** All that a trainer's samples go through, and what is to be predicted of them: those of the shard, then those of the test set. */
export function mapsOf({ shard, test }: Pick<TrainerOptions, 'shard' | 'test'>): readonly AffineMap[] {
  return [shard, test].flatMap(({ maps = [], valueMap }) => (valueMap === undefined ? maps : [...maps, valueMap]))
}

/** @returns gives copies of all maps where one has changed since it was last called, at first since it was made */
export function watchMaps(maps: readonly AffineMap[]): () => readonly AffineMap[] | undefined {
  let known = maps.map(copy)
  return () => {
    if (maps.every((map, i) => isSame(map, known[i]))) return undefined
    known = maps.map(copy)
    return known
  }
}

function copy({ shift, scale }: AffineMap): AffineMap {
  return { shift: shift.slice(), scale: scale.slice() }
}

function isSame(one: AffineMap, other: AffineMap): boolean {
  for (let feature = 0; feature < one.shift.length; feature++) {
    if (one.shift[feature] !== other.shift[feature] || one.scale[feature] !== other.scale[feature]) return false
  }
  return true
}
