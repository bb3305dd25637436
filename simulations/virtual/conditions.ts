import { UsageError } from '../../src/errors.ts'
import { requireConditions } from '../conditions.ts'
import type { Simulation } from '../options.ts'

/** @throws UsageError naming what cannot be for a virtual swarm, and the nearest thing that works */
export function requirePossible(options: Simulation): void {
  requireConditions(options)
  if (options.byzantine !== undefined) {
    throw new UsageError('the virtual engine runs the deployed core, which does not lie: the engine matrix has attacks')
  }
}
