import type { ModuleFlags } from '../../allow-module.ts'
import type { OutputFlags } from '../../output.ts'

export interface EvaluateFlags extends OutputFlags, ModuleFlags {
  readonly state?: string
  readonly modelFile?: string
  readonly data: string
  readonly part?: 'all' | 'test' | 'train'
  readonly seed?: number
  readonly strict?: boolean
  readonly out?: string
}
