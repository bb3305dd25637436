import type { OutputFlags } from '../../output.ts'

export interface RevokeFlags extends OutputFlags {
  /** Checked to be there before anything else. */
  readonly state?: string
}
