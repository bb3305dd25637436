import { TrainerStateError } from '../errors.ts'
import type { OptimizerSpec } from './optimizer-spec.ts'

/** Names of the moments of an optimizer, which a saved state knows them by. */
export function momentsOf(spec: OptimizerSpec): readonly string[] {
  if (spec.name !== 'sgd') return ['firstMoment', 'secondMoment']
  return spec.momentum === 0 ? [] : ['momentum']
}

/**
 * Checks that saved moments are those of this optimizer, of vectors of this length.
 *
 * @throws TrainerStateError naming what is missing
 */
export function requireMoments(
  spec: OptimizerSpec,
  saved: Readonly<Record<string, Float32Array | undefined>>,
  length: number,
): void {
  for (const name of momentsOf(spec)) {
    const found = saved[name]?.length
    if (found === length) continue
    throw new TrainerStateError(
      `the saved state has ${found ?? 'no'} elements of '${name}', ` +
        `${spec.name} on this model needs ${length}: it belongs to another model or optimizer`,
    )
  }
}
