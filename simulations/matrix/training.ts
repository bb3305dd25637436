import type { Learner } from '../tasks/learner.ts'
import type { Block } from './block.ts'
import { CONTROL } from './plan.ts'

/**
 * Local training of all of a thread's peers, one after another. Once the run is interrupted, which ends it with this round,
 * those whose turn has not come do without.
 *
 * @param yieldToEventLoop called between two peers; undefined, and nothing to wait for, where it is not time yet
 * @returns a function that gives how many local steps all of them made
 */
export function createTraining(
  { rule, first, last, state, heap, parameters, tables }: Block,
  learner: Learner,
  yieldToEventLoop: () => Promise<void> | undefined,
) {
  const update = heap.floats(parameters)
  return async (steps: number, before: number, away: Uint8Array | undefined): Promise<number> => {
    let made = 0
    for (let peer = first; peer < last; peer++) {
      if (away?.[peer]) continue
      const yielded = yieldToEventLoop()
      if (yielded !== undefined) await yielded
      if (Atomics.load(tables.control, CONTROL.interrupted) !== 0) break
      const own = state(peer)
      const atOnce = rule.everyStep === true ? 1 : steps
      for (let done = 0; done < steps; done += atOnce) {
        const training = learner.train(peer, rule.estimate(own), update, atOnce, before + done)
        // Most answer at once, and to wait for nothing takes as long as a small step.
        if (training !== undefined) await training
        rule.train(own, update)
      }
      made += steps
    }
    return made
  }
}
