import type { OutputFlags } from '../../output.ts'

export interface ExportFlags extends OutputFlags {
  readonly state: string
  readonly to: string
  readonly modelFile?: string
}
