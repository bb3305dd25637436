import type { Place } from '../../dashboard/place.ts'
import type { OutputFlags } from '../../output.ts'

export interface InspectFlags extends OutputFlags {
  /** For results only. */
  readonly dashboard?: Place
}
