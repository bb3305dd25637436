import type { Partners } from '../membership/partners.ts'
import type { Lateness } from '../pace/lateness.ts'
import type { AbortOptions, Clock, PeerId } from '../ports.ts'
import type { Engagements } from '../state/engagements.ts'
import type { Replica } from '../state/replica.ts'
import type { News } from './news.ts'
import type { Participation } from './participation.ts'
import type { SnapshotSketches, Terms } from './terms.ts'

/**
 * Begins an exchange on these terms. `withdraw` takes the proposal back where it has not been answered yet. Says whether anything may have
 * been averaged.
 */
export type BeginExchange = (
  partner: PeerId,
  terms: Terms,
  options: { readonly round?: number; readonly withdraw: AbortSignal },
) => Promise<boolean>

/** The parts that peers need to meet, in pairs or in step. */
export interface MeetingOptions {
  readonly replica: Replica
  readonly clock: Clock
  readonly lateness: Lateness
  readonly partners: Partners
  readonly engagements: Engagements
  readonly participation: Participation
  readonly news: Pick<News, 'among'>
  /** Whether this peer trains, up to the averaging after its last interval. */
  readonly isTraining: () => boolean
  readonly exchange: BeginExchange
  readonly sketches: SnapshotSketches
}

/** The outcome of a meeting. */
export interface MeetingResult {
  /** Exchanges that the rule asks for. */
  readonly asked: number
  /** Exchanges of which something was averaged before this peer left. */
  readonly made: number
}

/**
 * The averaging between two intervals of training: each peer comes when its interval has ended, and leaves, to train on, when averaging is
 * done. So training starts from averaged parameters, and nothing is averaged under the hands of a trainer. One that trains no more comes
 * when there is news, or somebody waits for it.
 */
export interface Meeting {
  /** Comes, averages with whom it is to, and leaves; those that are late are left behind. */
  average(options: AbortOptions): Promise<MeetingResult>
  /**
   * On what terms this peer takes part in an exchange that another began, once it has come.
   *
   * @param round of the other, where there are rounds
   * @throws RefusedError where it will not
   */
  terms(partner: PeerId, round: number | undefined, options: AbortOptions): Promise<Terms>
  /** Something of an exchange with this peer was added on this side; with these terms, where it came to its end by its own course. */
  applied(partner: PeerId, terms?: Terms): void
  /** An exchange that another began is over, however it went: this peer may be waiting for that to leave. */
  over(): void
}
