import { RefusedError } from './errors.ts'
import type { Events } from './events.ts'
import type { Clipping } from './exchange/clipping.ts'
import type { LostPartners } from './exchange/lost-partners.ts'
import type { Scheduler } from './exchange/scheduler.ts'
import type { SettlementProtocol } from './exchange/settlement.ts'
import type { Lifetime } from './lifetime.ts'
import type { ActiveMembers } from './membership/active-members.ts'
import { completed, type Told } from './membership/announcement.ts'
import { decodeAnnouncement } from './membership/announcement-bytes.ts'
import type { BelievedSteps } from './membership/believed-steps.ts'
import { HEEDED_BURST, HEEDED_GAP_MS, INTRODUCED_BURST, INTRODUCED_GAP_MS } from './membership/constants.ts'
import type { Introductions } from './membership/introductions.ts'
import type { Membership } from './membership/membership.ts'
import type { PeerScores } from './membership/peer-scores.ts'
import { createRate } from './membership/rate.ts'
import type { RecipeHandshake } from './membership/recipe-handshake.ts'
import type { Standing } from './membership/standing.ts'
import type { AbortOptions, Channel, Clock, FrameStream, Network, NetworkHandlers, PeerId, Verdict } from './ports.ts'
import type { PeerWatch } from './run/peer-watch.ts'
import type { Review } from './run/review.ts'
import type { TrainingCourse } from './run/training-course.ts'
import type { Conversations } from './streams/conversations.ts'
import type { Serve } from './sync/serving.ts'

export interface InboundOptions {
  readonly network: Network
  readonly clock: Clock
  readonly lifetime: Lifetime
  readonly scores: PeerScores
  readonly membership: Membership
  readonly introductions: Introductions
  readonly standing: Pick<Standing, 'moved'>
  readonly clipping?: Pick<Clipping, 'returned'>
  readonly believedSteps: BelievedSteps
  readonly activeMembers: ActiveMembers
  readonly conversations: Conversations
  readonly scheduler: Pick<Scheduler, 'respond'>
  readonly settlementProtocol: SettlementProtocol
  readonly serve: Serve
  readonly handshake: RecipeHandshake
  readonly lostPartners: LostPartners
  readonly training: TrainingCourse
  readonly peerWatch: PeerWatch
  readonly review: Review
  readonly events: Events
}

/** Streams, announcements and connections of others, as they come in. */
export function createInbound(options: InboundOptions): NetworkHandlers {
  const { network, clock, lifetime, scores, membership, conversations, introductions, peerWatch, events } = options
  const { activeMembers, believedSteps } = options

  type Answer = (stream: FrameStream, options: AbortOptions) => Promise<void>
  const answers: Readonly<Record<Channel, Answer>> = {
    recipe: options.handshake.meet,
    exchange: options.scheduler.respond,
    settle: options.settlementProtocol.answer,
    fetch: options.serve,
  }

  const heeded = createRate(clock, { gap: HEEDED_GAP_MS, burst: HEEDED_BURST })
  const introduced = createRate(clock, { gap: INTRODUCED_GAP_MS, burst: INTRODUCED_BURST })

  /** @returns whether that was news */
  function note(from: PeerId, told: Told): boolean {
    const known = membership.get(from)
    const said = completed(told, membership.lastOf(from))
    // Others may know it, and are told; here its next portrait is waited for.
    if (said === undefined) return true
    const announcement = believedSteps.announced(from, said)
    const { isNewer, joined } = membership.hear(from, announcement)
    if (!isNewer) return false
    network.learn(from, announcement.addresses)
    if (known !== undefined && known.announcement.addresses.join() !== announcement.addresses.join())
      options.standing.moved(from)
    if (joined) {
      options.clipping?.returned(from)
      peerWatch.met()
      events.emit('met', {})
      events.emit('peer:join', { peer: from })
    }
    options.training.heard(from, announcement)
    if (known !== undefined && announcement.phase === 'left') events.emit('peer:leave', { peer: from })
    options.review.soon()
    return true
  }

  function hear(from: PeerId, bytes: Uint8Array, forwarder?: PeerId): Verdict {
    if (from === network.self) return 'accept'
    // Others may still forward what a banned peer says.
    if (scores.isBanned(from)) return 'ignore'
    const hasReached = forwarder === from || introductions.hasReached(from)
    if (!hasReached && !introduced.admits(forwarder ?? from)) return 'ignore'
    const announcement = decodeAnnouncement(bytes)
    if (announcement === undefined) return 'reject'
    if (hasReached) {
      // Only what is new counts: whoever repeats what another has said once does not silence that one.
      const isHeeded = membership.isNews(from, announcement.sequence) && heeded.admits(from)
      return isHeeded && note(from, announcement) ? 'accept' : 'ignore'
    }
    // A partner of old that speaks has not left.
    options.lostPartners.contacted(from)
    introductions.introduce(from, announcement, forwarder)
    // Whoever has reached it hands it on: so one that makes up members is known by what comes from nobody else.
    return 'ignore'
  }

  events.on('introduced', () => {
    for (const { peer, announcement } of introductions.arrivals()) note(peer, announcement)
    options.review.soon()
  })

  return {
    async stream(channel, stream) {
      if (!scores.admits(stream.peer, stream.host)) throw new RefusedError('too many streams')
      if (channel !== 'recipe') introductions.reached(stream.peer)
      if (channel === 'exchange' && activeMembers.isGivenUp(stream.peer)) throw new RefusedError('given up')
      // A peer that exchanges before it was heard of has not left.
      if (channel === 'exchange') options.lostPartners.contacted(stream.peer)
      await conversations.over(stream, channel, lifetime.end, one => answers[channel](one, lifetime.end))
      if (channel !== 'fetch') events.emit('contact', {})
    },
    announcement: hear,
    connected(peer) {
      introductions.reached(peer)
      events.emit('met', {})
      events.emit('news', {})
    },
    acquainted(peer) {
      // One of the two asks, which is enough for both to know.
      if (network.self < peer) conversations.talk(peer, 'recipe', lifetime.end, options.handshake.meet).catch(() => {})
    },
    disconnected: introductions.disconnected,
    moved() {
      options.standing.moved()
      events.emit('changed', {})
    },
  }
}
