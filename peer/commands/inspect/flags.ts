import type { OutputFlags } from '../../output.ts'
import type { Place } from '../../serving/place.ts'

export interface InspectFlags extends OutputFlags {
  /** For results only. */
  readonly dashboard?: Place
}
