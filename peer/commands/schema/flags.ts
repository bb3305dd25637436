import type { OutputFlags } from '../../output.ts'

export interface SchemaFlags extends OutputFlags {
  readonly data: string
  readonly out?: string
  readonly rare?: true
  readonly task?: 'classify' | 'regress'
  readonly force?: true
}
