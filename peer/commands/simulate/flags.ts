import type { OutputFlags } from '../../output.ts'
import type { RecipeFlags } from '../../recipe-flags.ts'

export interface SimulateFlags extends OutputFlags, RecipeFlags {
  /** Checked to be there. */
  readonly peers: number
  readonly rounds?: number
  readonly engine: 'virtual' | 'libp2p'
  readonly task?: 'classify' | 'language' | 'consensus'
  readonly dimension?: number
  readonly init?: 'normal' | 'spread'
  readonly data?: string
  readonly strict?: true
  readonly partition?: string
  readonly seed?: number
  readonly loss?: number
  readonly delay?: { readonly lowest: number; readonly highest: number }
  readonly evaluateEvery?: number
  readonly backend?: string
  readonly out?: string
}
