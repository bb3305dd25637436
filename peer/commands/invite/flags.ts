import type { OutputFlags } from '../../output.ts'

export interface InviteFlags extends OutputFlags {
  /** Checked to be there before anything else. */
  readonly state?: string
  readonly for?: string
  /** In milliseconds since 1970. */
  readonly until?: number
  readonly out?: string
  readonly force?: true
}
