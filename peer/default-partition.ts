import type { Split } from '../src/index.ts'

/** Everybody has some classes more than others, as in the world. */
export const SKEWED = 'dirichlet:0.5'

/**
 * How data is dealt where nobody says: a sequence has a label at each position, and cannot be dealt by them; a sample with measured values has
 * none.
 */
export function defaultPartition({ train }: Split): string {
  return train.targets === undefined && train.values === undefined ? SKEWED : 'iid'
}
