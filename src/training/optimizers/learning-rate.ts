import type { OptimizerSpec } from './optimizer-spec.ts'
import { shareOfRate } from './schedule.ts'

/** The learning rate with which a step is made. @param step of the run, counted from 1 */
export function learningRateAt({ learningRate, schedule }: OptimizerSpec, step: number): number {
  return schedule === undefined ? learningRate : learningRate * shareOfRate(schedule, step)
}
