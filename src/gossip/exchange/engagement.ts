import { FrameError } from '../../parameters/frames.ts'
import { DeadlineError, ProtocolViolationError, RefusedError } from '../errors.ts'
import type { Timeouts } from '../pace/timeouts.ts'
import type { AbortOptions, Clock, FrameStream, PeerId } from '../ports.ts'
import type { Engagement, Engagements } from '../state/engagements.ts'
import { createWatchdog, type Watchdog } from '../waiting/watchdog.ts'
import { LONGEST_WITHDRAWAL_MS } from './constants.ts'

/** Enters an exchange, watched over; whatever happens in its body, it is left. */
export type DuringEngagement = (
  role: 'initiator' | 'responder',
  stream: FrameStream,
  id: string,
  outer: AbortOptions,
  body: (engagement: Engagement, watchdog: Watchdog) => Promise<void>,
) => Promise<void>

export interface EngagementOptions {
  readonly clock: Clock
  readonly timeouts: Timeouts
  readonly engagements: Engagements
  /** An exchange that another began has failed here, after so many milliseconds, for no reason of this peer's. */
  readonly onFailed: (partner: PeerId, milliseconds: number) => void
}

export function createEngagement({ clock, timeouts, engagements, onFailed }: EngagementOptions): DuringEngagement {
  return async (role, stream, id, outer, body) => {
    const { peer: partner, host = partner } = stream
    const watchdog = createWatchdog(clock, outer.signal)
    const engagement: Engagement = {
      id,
      partner,
      host,
      began: clock.now(),
      due: undefined,
      weight: 0,
      share: 0,
      isOver: false,
      abandon(reason = 'the partner has ended this exchange') {
        engagement.isOver = true
        watchdog.abort(new RefusedError(reason))
      },
    }
    const leave = engagements.enter(role, engagement)
    try {
      await body(engagement, watchdog)
    } catch (error) {
      if (error instanceof DeadlineError) timeouts.ranOut(partner)
      const isOwn = error instanceof RefusedError || outer.signal.aborted
      const milliseconds = clock.now() - engagement.began
      if (role === 'responder' && !isOwn && milliseconds > LONGEST_WITHDRAWAL_MS) onFailed(partner, milliseconds)
      throw error instanceof FrameError ? new ProtocolViolationError(error.message) : error
    } finally {
      watchdog.end()
      leave()
    }
  }
}
