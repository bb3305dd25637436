import type { OutputFlags } from '../../output.ts'
import type { LearningTask, MembershipFlags, RecipeFlags } from '../../recipe-flags.ts'

export interface InitFlags extends OutputFlags, RecipeFlags, MembershipFlags {
  /** Where the founder's identity lies, or is to lie. */
  readonly state?: string
  readonly data?: string
  /** Files that `hearsay schema` wrote, in place of data. */
  readonly schema?: readonly string[]
  readonly strict?: true
  readonly task?: LearningTask
  readonly from?: string
  readonly epochs?: number
  readonly seed?: number
  readonly out?: string
  readonly force?: true
  readonly yes?: true
}
