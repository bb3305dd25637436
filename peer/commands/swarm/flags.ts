import type { ModuleFlags } from '../../allow-module.ts'
import type { OutputFlags } from '../../output.ts'
import type { LearningTask, RecipeFlags } from '../../recipe-flags.ts'
import type { Place } from '../../serving/place.ts'

export interface SwarmFlags extends OutputFlags, RecipeFlags, ModuleFlags {
  /** There, unless each peer has its own data. */
  readonly peers?: number
  readonly data?: readonly string[]
  readonly strict?: true
  readonly task?: LearningTask
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
  readonly threads?: number
  readonly gpu?: number
  readonly gpus?: 'all' | readonly number[]
  readonly save?: string
  readonly out?: string
  readonly report?: string
  readonly dashboard?: Place
}

/** How many peers have data of their own; undefined where one source is dealt to all. */
export function ownData({ data }: Pick<SwarmFlags, 'data'>): number | undefined {
  return data !== undefined && data.length > 1 ? data.length : undefined
}
