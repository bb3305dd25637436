import type { OutputFlags } from '../../output.ts'
import type { RecipeFlags } from '../../recipe-flags.ts'

export interface InitFlags extends OutputFlags, RecipeFlags {
  readonly data?: string
  readonly strict?: true
  readonly from?: string
  readonly epochs?: number
  readonly seed?: number
  readonly out?: string
  readonly force?: true
  readonly yes?: true
}
