import type { Gossip } from '../gossip/gossip.ts'
import { hashParameters } from '../parameters/hash.ts'
import { numberFrom, optionsOf, requireOptions, signal as signalOption } from '../strict-options.ts'
import type { Course } from './course.ts'
import type { Peer } from './peer.ts'
import { systemClock } from './system-clock.ts'

/** How often a waiting caller looks at the peer, beside its events. */
const WATCH_INTERVAL_MS = 200

/** How long a peer that has sealed waits at its end for those that have not, who may have nobody else to ask. */
const LEAVING_MS = 10_000

const consensusOptions = optionsOf<{ readonly distance?: number; readonly signal?: AbortSignal }>({
  distance: numberFrom(0).optional(),
  signal: signalOption.optional(),
})

export interface PeerWaitsParts {
  readonly gossip: Gossip
  readonly course: Course
  /** Whether it trains without company. */
  readonly alone: boolean
  /** The hash on which the swarm sealed, once parameters are of use. */
  readonly sealed: () => string | undefined
  /** Whether parameters are of use. */
  readonly isUsable: () => boolean
  /** Whether others may still need this peer for something beside the seal. */
  readonly isNeeded: () => boolean
  /** Aborted when the peer stops. */
  readonly stopped: AbortSignal
}

/** The conditions that a peer's callers, and its own end, wait for. */
export interface PeerWaits extends Pick<Peer, 'untilConsensus' | 'untilDismissed'> {
  /** A peer that has sealed may be the only one that others can get the seal from: it waits for them for a while. */
  untilNeedless(): Promise<void>
}

export function createPeerWaits(parts: PeerWaitsParts): PeerWaits {
  const { gossip, course, alone, sealed, isUsable, stopped } = parts

  /** Resolves when it is so; rejects when the peer fails or stops before. */
  async function until(done: () => boolean, signal?: AbortSignal): Promise<void> {
    const either = { signal: AbortSignal.any(signal === undefined ? [stopped] : [signal, stopped]) }
    while (!done()) {
      const failure = course.failure()
      if (failure !== undefined) throw failure
      await systemClock.sleep(WATCH_INTERVAL_MS, either)
    }
  }

  /** Whether the swarm has come that close, as far as this peer estimates. */
  function isWithin(distance: number | undefined): boolean {
    const { phase, consensusDistance } = gossip.status()
    if (distance === undefined || !isUsable() || phase === 'training' || phase === 'waiting') return false
    return consensusDistance !== null && consensusDistance <= distance
  }

  return {
    async untilConsensus(options = {}) {
      requireOptions('untilConsensus', consensusOptions, options)
      const { distance, signal } = options
      const trainedAlone = () => alone && gossip.trained() !== undefined
      await until(() => sealed() !== undefined || trainedAlone() || isWithin(distance), signal)
      const agreed = course.agreed()
      if (agreed !== undefined && agreed.parametersHash === gossip.sealed()) return agreed
      const { consensusDistance, peers } = gossip.status()
      const parametersHash = hashParameters(gossip.parameters())
      return { consensusDistance: consensusDistance ?? 0, parametersHash, members: 1 + peers.length }
    },
    untilDismissed: ({ signal }) => until(() => gossip.dismissed() && !parts.isNeeded(), signal),
    async untilNeedless() {
      const end = systemClock.now() + LEAVING_MS
      const isNeeded = () =>
        sealed() !== undefined && (!gossip.dismissed() || parts.isNeeded()) && course.failure() === undefined
      while (isNeeded() && systemClock.now() < end) await systemClock.sleep(WATCH_INTERVAL_MS, { signal: stopped })
    },
  }
}
