import { FEWEST_INTERVALS, MEETING_OBSERVATIONS } from './constants.ts'
import type { Observer } from './observations.ts'
import { createRecent } from './recent.ts'

/** The usual duration of an interval of training here, the averaging after it aside. */
export interface UsualInterval extends Required<Pick<Observer, 'intervalEnded'>> {
  /** In milliseconds; undefined before a few were measured. */
  milliseconds(): number | undefined
}

export function createUsualInterval(): UsualInterval {
  const recent = createRecent(MEETING_OBSERVATIONS)
  return {
    milliseconds: () => (recent.count < FEWEST_INTERVALS ? undefined : recent.median()),
    intervalEnded: (_steps, milliseconds) => recent.add(milliseconds),
  }
}
