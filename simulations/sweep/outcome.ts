import type { RunResult } from '../result.ts'
import type { SweepPoint } from './point.ts'

/** The outcome of one run. A run that diverged is a finished one: it would diverge again. */
export type SweepOutcome = SweepPoint & {
  /** The command that runs this one alone, as it is typed. */
  readonly command: string
} & (
    | {
        readonly status: 'finished' | 'diverged' | 'interrupted'
        readonly result: RunResult
        readonly file?: string
        /** Why there is no file, where one should be: the result is worth no less. */
        readonly notKept?: string
      }
    /** A run that cannot be, or went wrong; and why. */
    | { readonly status: 'refused' | 'failed'; readonly reason: string }
    /** The sweep was interrupted before. */
    | { readonly status: 'waiting' }
  )

/** How a run ended that has a result. */
export function statusOf({ partial }: RunResult): 'finished' | 'diverged' | 'interrupted' {
  return partial === undefined ? 'finished' : partial.reason
}
