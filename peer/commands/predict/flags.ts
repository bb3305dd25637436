import type { ModuleFlags } from '../../allow-module.ts'
import type { OutputFlags } from '../../output.ts'

export interface PredictFlags extends OutputFlags, ModuleFlags {
  readonly state?: string
  readonly modelFile?: string
  readonly data: string
  readonly out: string
  readonly strict?: boolean
  readonly force?: boolean
}
