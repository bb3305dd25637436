import { type Holder, whoGivesWay } from '../membership/places.ts'
import { FAILING, PROVEN, type Standing } from '../membership/standing.ts'
import type { Clock, FrameStream } from '../ports.ts'
import type { Engagement, Engagements } from '../state/engagements.ts'
import { MAX_CONCURRENT_EXCHANGES, RESERVED_EXCHANGES } from './constants.ts'

/** The few exchanges that a peer takes part in at once, and who gets them where more ask. */
export interface Slots {
  /** Whether there is one for this peer, if need be another's that gives way. */
  isFreeFor(stream: FrameStream): boolean
  /** Ends, for this one's, what gives way to it. What it has averaged by then stays: it is a shorter exchange. */
  take(stream: FrameStream): void
  /** Ends what peers that have failed before drag out, so that it takes no weight from those that begin now. */
  reclaim(): void
}

export function createSlots(options: {
  readonly engagements: Pick<Engagements, 'all'>
  readonly standing: Pick<Standing, 'level' | 'failed'>
  readonly clock: Clock
}): Slots {
  const { engagements, standing, clock } = options

  interface Slot extends Holder {
    readonly engagement: Engagement
  }
  const isFull = () => engagements.all().filter(({ isOver }) => !isOver).length >= MAX_CONCURRENT_EXCHANGES

  /** Those that are agreed: what this peer has only proposed takes no more than a weight, and ends with its visit. */
  function holders(): readonly Slot[] {
    const agreed = engagements.all().toSorted((a, b) => a.began - b.began)
    return agreed.flatMap(engagement => {
      const { partner: peer, host, due, isOver } = engagement
      if (due === undefined || isOver) return []
      const level = standing.level(peer)
      // One that has proved itself may have a slow link.
      return { peer, host, level, isIdle: level < PROVEN && clock.now() > due, engagement }
    })
  }

  const giverTo = ({ peer, host = peer }: FrameStream) =>
    whoGivesWay(holders(), { peer, host, level: standing.level(peer) }, MAX_CONCURRENT_EXCHANGES - RESERVED_EXCHANGES)

  function end({ peer, isIdle, engagement }: Slot): void {
    if (isIdle) standing.failed(peer, { refused: false, milliseconds: clock.now() - engagement.began })
    engagement.abandon('others are waiting for its place')
  }

  return {
    isFreeFor: stream => !isFull() || giverTo(stream) !== undefined,
    take(stream) {
      const giver = isFull() ? giverTo(stream) : undefined
      if (giver !== undefined) end(giver)
    },
    reclaim() {
      for (const slot of holders()) if (slot.isIdle && slot.level === FAILING) end(slot)
    },
  }
}
