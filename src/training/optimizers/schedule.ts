/** How the learning rate changes from step to step. */
export interface ScheduleSpec {
  /** The course of the rate after the warm-up: it stays, or falls along half a cosine or a straight line. */
  readonly shape: ScheduleShape
  /** The step at which it has fallen; from then on it stays. */
  readonly steps: number
  /** Steps at the beginning over which it rises. */
  readonly warmupSteps: number
  /** The share of the rate that is left at the end, in [0, 1]. `constant` does not use it. */
  readonly finalShare: number
}

export type ScheduleShape = 'constant' | 'cosine' | 'linear'

/** The share that is left, from 1 at progress 0 to 0 at progress 1. */
const FALL: Readonly<Record<ScheduleShape, (progress: number) => number>> = {
  constant: () => 1,
  // Loshchilov and Hutter, "SGDR" (2017), equation 5, without restarts.
  cosine: progress => (1 + Math.cos(Math.PI * progress)) / 2,
  linear: progress => 1 - progress,
}

/**
 * The share of the learning rate with which a step is made. With warm-up W, end T and final share s:
 *
 *     t / W                          for t ≤ W
 *     s + (1 − s) fall(p)            after, with p = (t − W) / (T − W), at most 1
 *
 * The warm-up (Goyal et al., 2017, section 2.2) begins at 1/W and not at 0, where the first step would be for nothing.
 *
 * @param step t, counted from 1
 */
export function shareOfRate({ shape, steps, warmupSteps, finalShare }: ScheduleSpec, step: number): number {
  if (step <= warmupSteps) return step / warmupSteps
  // Also where the warm-up takes all steps.
  if (step >= steps) return shape === 'constant' ? 1 : finalShare
  const left = FALL[shape]((step - warmupSteps) / (steps - warmupSteps))
  return finalShare + (1 - finalShare) * left
}
