import type { OutputFlags } from '../../output.ts'
import type { RecipeFlags } from '../../recipe-flags.ts'

export interface SwarmFlags extends OutputFlags, RecipeFlags {
  /** Checked to be there. */
  readonly peers: number
  readonly data: string
  readonly strict?: true
  readonly from?: string
  readonly partition?: string
  readonly seed?: number
  readonly listen?: readonly string[]
  readonly connect?: readonly string[]
  readonly mdns?: boolean
  readonly bandwidth?: number
  readonly untilConsensus?: number
  readonly state?: string
  readonly backend: string
  readonly gpu?: number
  readonly gpus?: 'all' | readonly number[]
  readonly save?: string
  readonly out?: string
}
