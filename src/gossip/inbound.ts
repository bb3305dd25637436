import { RefusedError } from './errors.ts'
import type { Events } from './events.ts'
import type { LostPartners } from './exchange/lost-partners.ts'
import type { Scheduler } from './exchange/scheduler.ts'
import type { SettlementProtocol } from './exchange/settlement.ts'
import type { Lifetime } from './lifetime.ts'
import { decodeAnnouncement } from './membership/announcement.ts'
import { MIN_ANNOUNCE_GAP_MS } from './membership/constants.ts'
import type { Membership } from './membership/membership.ts'
import type { PeerScores } from './membership/peer-scores.ts'
import type { RecipeHandshake } from './membership/recipe-handshake.ts'
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
  const { network, clock, lifetime, scores, membership, conversations, peerWatch, events } = options

  type Answer = (stream: FrameStream, options: AbortOptions) => Promise<void>
  const answers: Readonly<Record<Channel, Answer>> = {
    recipe: options.handshake.meet,
    exchange: options.scheduler.respond,
    settle: options.settlementProtocol.answer,
    fetch: options.serve,
  }

  function hear(from: PeerId, bytes: Uint8Array): Verdict {
    if (from === network.self) return 'accept'
    // Others may still forward what a banned peer says.
    if (scores.isBanned(from)) return 'ignore'
    const announcement = decodeAnnouncement(bytes)
    if (announcement === undefined) return 'reject'
    const known = membership.get(from)
    const isTooSoon = known !== undefined && clock.now() - known.heard < MIN_ANNOUNCE_GAP_MS
    if (isTooSoon && announcement.phase !== 'left') return 'ignore'
    const { isNewer, joined } = membership.hear(from, announcement)
    if (!isNewer) return 'ignore'
    network.learn(from, announcement.addresses)
    if (joined) {
      peerWatch.met()
      events.emit('peer:join', { peer: from })
    }
    options.training.heard(from, announcement)
    peerWatch.look()
    if (known !== undefined && announcement.phase === 'left') events.emit('peer:leave', { peer: from })
    options.review()
    return 'accept'
  }

  return {
    async stream(channel, stream) {
      if (!scores.admits(stream.peer, stream.host)) throw new RefusedError('too many streams')
      // A peer that exchanges before it was heard of has not left.
      if (channel === 'exchange') options.lostPartners.contacted(stream.peer)
      await conversations.over(stream, channel, lifetime.end, one => answers[channel](one, lifetime.end))
      if (channel !== 'fetch') events.emit('contact', {})
    },
    announcement: hear,
    connected() {
      events.emit('changed', {})
    },
    acquainted(peer) {
      // One of the two asks, which is enough for both to know.
      if (network.self < peer) conversations.talk(peer, 'recipe', lifetime.end, options.handshake.meet).catch(() => {})
    },
    disconnected() {},
  }
}
