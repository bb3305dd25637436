import type { Block } from './block.ts'
import { CONTROL, type Ending } from './plan.ts'

/** How threads agree, at the end of every round, on whether it was the last. */
export interface Verdicts {
  /** Looks at the peers of this thread, of those that count. */
  inspect(): void
  /** Waits for all threads; the same in each. Undefined where the run goes on. */
  agree(round: number): Ending | undefined
}

const GOES_ON = 0
const INTERRUPTED = -1

/**
 * @param thread which this is, of `threads`
 * @param honest whose parameters have to stay sound
 * @param maximumNorm parameters that are longer have diverged
 */
export function createVerdicts(
  { estimate, kernels, parameters, tables, barrier, owns }: Block,
  thread: number,
  threads: number,
  honest: readonly number[],
  maximumNorm: number,
): Verdicts {
  const own = honest.filter(owns)
  const mostSquared = maximumNorm ** 2
  /** Above 0: one more than the peer that diverged. */
  let verdict = GOES_ON
  // A thread may be a round ahead of one that still reads what was decided in the last.
  const wordOf = (of: number, round: number) => CONTROL.verdicts + 2 * of + (round % 2)

  return {
    inspect() {
      if (verdict !== GOES_ON) return
      for (const peer of own) {
        const squared = kernels.squaredNorm(estimate(peer).byteOffset, parameters)
        if (squared <= mostSquared) continue
        tables.norm[peer] = Math.sqrt(squared)
        verdict = peer + 1
        return
      }
    },
    agree(round) {
      const { control } = tables
      if (verdict === GOES_ON && Atomics.load(control, CONTROL.interrupted) !== 0) verdict = INTERRUPTED
      control[wordOf(thread, round)] = verdict
      barrier.wait()
      let ending: Ending | undefined
      for (let of = threads - 1; of >= 0; of--) {
        const word = control[wordOf(of, round)]
        if (word === INTERRUPTED) ending ??= { reason: 'interrupted' }
        // Threads have their peers in order, so the first that is found last is the first of all.
        if (word > 0) ending = { reason: 'diverged', round, peer: word - 1, norm: tables.norm[word - 1] }
      }
      return ending
    },
  }
}
