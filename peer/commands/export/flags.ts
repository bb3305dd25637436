import type { ModuleFlags } from '../../allow-module.ts'
import type { OutputFlags } from '../../output.ts'

export interface ExportFlags extends OutputFlags, ModuleFlags {
  readonly state: string
  readonly to: string
  readonly modelFile?: string
}
