import { FrameError } from '../../parameters/frames.ts'
import { DeadlineError, ProtocolViolationError, RefusedError } from '../errors.ts'
import type { Timeouts } from '../pace/timeouts.ts'
import type { AbortOptions, Clock, PeerId } from '../ports.ts'
import type { Engagement, Engagements } from '../state/engagements.ts'
import { createWatchdog, type Watchdog } from '../waiting/watchdog.ts'

/** Enters an exchange, watched over; whatever happens in its body, it is left. */
export type DuringEngagement = (
  role: 'initiator' | 'responder',
  partner: PeerId,
  id: string,
  outer: AbortOptions,
  body: (engagement: Engagement, watchdog: Watchdog) => Promise<void>,
) => Promise<void>

export function createEngagement({
  clock,
  timeouts,
  engagements,
}: {
  clock: Clock
  timeouts: Timeouts
  engagements: Engagements
}): DuringEngagement {
  return async (role, partner, id, outer, body) => {
    const watchdog = createWatchdog(clock, outer.signal)
    const abandon = () => watchdog.abort(new RefusedError('the partner has ended this exchange'))
    const engagement: Engagement = { id, weight: 0, share: 0, abandon }
    const leave = engagements.enter(role, partner, engagement)
    try {
      await body(engagement, watchdog)
    } catch (error) {
      if (error instanceof DeadlineError) timeouts.ranOut(partner)
      throw error instanceof FrameError ? new ProtocolViolationError(error.message) : error
    } finally {
      watchdog.end()
      leave()
    }
  }
}
