/**
 * Numbers that may change after the trainer was made: the maps that samples go through (see `createSharedMap`), and the weights of classes
 * (see `createSharedWeights`). A thread shares their memory; a process has copies, and must be sent the changes.
 *
 * @packageDocumentation
 */

import type { TrainerOptions } from '../trainer-options.ts'

/**
 * All of them: what the samples of the shard go through, and what is to be predicted of them, then those of the test set, then the weights.
 */
export function changingNumbers({
  shard,
  test,
  classWeights,
}: Pick<TrainerOptions, 'shard' | 'test' | 'classWeights'>): readonly Float64Array[] {
  const maps = [shard, test].flatMap(({ maps = [], valueMap }) => (valueMap === undefined ? maps : [...maps, valueMap]))
  const ofMaps = maps.flatMap(({ shift, scale }) => [shift, scale])
  return classWeights === undefined ? ofMaps : [...ofMaps, classWeights]
}

/** @returns gives copies of all where one has changed since it was last called, at first since it was made */
export function watchNumbers(numbers: readonly Float64Array[]): () => readonly Float64Array[] | undefined {
  let known = numbers.map(array => array.slice())
  return () => {
    if (numbers.every((array, i) => array.every((value, k) => value === known[i][k]))) return undefined
    known = numbers.map(array => array.slice())
    return known
  }
}
