import type { Clock } from '../ports.ts'
import { LONGEST_WAIT_MS } from './constants.ts'

/**
 * Time as waiting for others counts it, in milliseconds: without that in which this peer's own event loop stood still, for what others
 * sent in the meantime has not been read yet. A waiting peer looks at it at least every LONGEST_WAIT_MS.
 */
export function createAttendedTime(clock: Clock): () => number {
  let looked = clock.now()
  let attended = 0
  return () => {
    const now = clock.now()
    attended += Math.min(now - looked, LONGEST_WAIT_MS)
    looked = now
    return attended
  }
}
