import { describeMap, statisticsOf } from '../standardise/standardiser.ts'
import type { AgreedStatistics, Statistics } from '../standardise/statistics.ts'
import type { Course } from './course.ts'
import type { PeerEvents } from './peer.ts'
import type { Learner } from './prepare-learner.ts'

/** Features that a warning names. */
const MOST_NAMED = 5

export interface PeerStandardisationParts {
  /** Undefined where samples are taken as they are, and all count alike. */
  readonly standardising: Learner['standardising']
  /** Makes what agrees with the swarm; undefined where this peer goes by its own samples. */
  readonly statistics?: (onAgreed: (statistics: AgreedStatistics) => void, isKnown: () => boolean) => Statistics
  readonly emit: <Name extends keyof PeerEvents>(name: Name, detail: PeerEvents[Name]) => void
  readonly course: Course
  /** Aborted when the peer stops. */
  readonly signal: AbortSignal
  /** It is known, for the first time, what samples are standardised by. */
  readonly onKnown: () => void
}

/** The standardisation of a running peer's samples. */
export interface PeerStandardisation {
  /** Undefined before it is known, or where samples are taken as they are. */
  agreed(): AgreedStatistics | undefined
  /** Whether parameters are of use: not before it is known what samples are standardised by, those of an earlier run neither. */
  isKnown(): boolean
  /** Finds out. Resolves when that has begun to go by itself; a failure ends the peer. */
  start(): Promise<void>
  stop(): Promise<void>
}

export function createPeerStandardisation(parts: PeerStandardisationParts): PeerStandardisation {
  const { standardising, emit, course, signal } = parts
  const standardises = standardising?.standardises === true
  let agreed: AgreedStatistics | undefined
  const statistics = parts.statistics?.(use, () => agreed !== undefined)

  function use(given: AgreedStatistics): void {
    if (signal.aborted) return
    const isFirst = agreed === undefined
    const what = standardises ? 'how samples are standardised' : 'how frequent classes are'
    if (!isFirst) emit('warning', { message: `the swarm has agreed anew on ${what}` })
    agreed = given
    standardising?.use(given)
    if (standardises) emit('standardised', describeMap(given))
    if (isFirst) parts.onKnown()
    void tellOutlying(given)
  }

  async function tellOutlying(given: AgreedStatistics): Promise<void> {
    const outlying = (await standardising?.outlying(given, { signal }).catch(() => [])) ?? []
    if (outlying.length === 0) return
    const named = outlying.slice(0, MOST_NAMED).join(', ')
    const more = outlying.length > MOST_NAMED ? ` and ${outlying.length - MOST_NAMED} more` : ''
    emit('warning', {
      message:
        `in this peer's data the mean of ${named}${more} lies more than three deviations from what the swarm standardises by: ` +
        'is it measured in another unit here?',
    })
  }

  return {
    agreed: () => (standardises ? agreed : undefined),
    isKnown: () => standardising === undefined || agreed !== undefined,
    async start() {
      try {
        if (statistics !== undefined) await statistics.start()
        else if (standardising !== undefined) use(await statisticsOf(standardising.own, { signal }))
      } catch (error) {
        if (!signal.aborted) course.tell('failed', { error: error as Error })
      }
    },
    stop: async () => statistics?.stop(),
  }
}
