/**
 * A member of a swarm that does not run our core: it has a network of hearsay's own, with whatever proof of membership it was given, and says
 * and does what its attack tells it.
 *
 * @packageDocumentation
 */

import type { Announcement } from '../../src/gossip/membership/announcement.ts'
import { encodeAnnouncement } from '../../src/gossip/membership/announcement-bytes.ts'
import { SKETCH_BUCKETS } from '../../src/gossip/membership/constants.ts'
import type { AbortOptions, Channel, Clock, FrameStream, Network, PeerId } from '../../src/gossip/ports.ts'
import { createListener } from '../gossip/announcements.ts'

/** How often it says what it says: more often than honest peers, and no more often than they heed. */
const SAY_EVERY_MS = 300

/** Attacks end with their process, so nothing that a liar waits for has an end of its own. */
export const never: AbortOptions = { signal: new AbortController().signal }

/** What it does on a stream that others open to it. A rejection resets the stream. */
export type Answer = (stream: FrameStream) => Promise<void>

export interface Liar {
  readonly self: PeerId
  readonly network: Network
  /** The newest announcement of everybody but this one. */
  readonly heard: ReadonlyMap<PeerId, Announcement>
  /** Sets what it does on streams of a channel. Until then it resets them. */
  answer(channel: Channel, answer: Answer): void
  /** Says this from now on, a few times a second; what it leaves out is what an honest member, new here, would say. */
  say(next: () => Partial<Announcement>): void
  /** Opens a stream to a member and talks on it; where that fails, it is as if nothing had been said. @returns whether it came to an end */
  talk(peer: PeerId, channel: Channel, body: Answer, signal?: AbortSignal): Promise<boolean>
}

/** @param main the network of the swarm that learns, its own and not started */
export async function createLiar(main: Network, clock: Clock): Promise<Liar> {
  const heard = new Map<PeerId, Announcement>()
  const listen = createListener()
  const answers = new Map<Channel, Answer>()
  let say: (() => Partial<Announcement>) | undefined
  let sequence = Date.now()

  await main.start({
    async stream(channel, stream) {
      const answer = answers.get(channel)
      if (answer === undefined) throw new Error('a liar that does not answer')
      await answer(stream)
    },
    announcement(from, bytes) {
      const announcement = listen(from, bytes)
      if (announcement === undefined || from === main.self) return 'accept'
      heard.set(from, announcement)
      main.learn(from, announcement.addresses)
      return 'accept'
    },
    connected() {},
    acquainted() {},
    disconnected() {},
  })
  function speak(): void {
    clock.after(SAY_EVERY_MS, speak)
    if (say === undefined) return
    const announcement = { ...newMember(main), ...say(), sequence: sequence++ }
    main.publish(encodeAnnouncement(announcement)).catch(() => {})
  }
  speak()

  return {
    self: main.self,
    network: main,
    heard,
    answer: (channel, answer) => void answers.set(channel, answer),
    say(next) {
      say = next
    },
    async talk(peer, channel, body, signal = never.signal) {
      try {
        const stream = await main.open(peer, channel, { signal })
        await body(stream)
        return true
      } catch {
        return false
      }
    },
  }
}

/** What an honest member says that has come just now. */
export function newMember(network: Network): Announcement {
  return {
    sequence: 0,
    every: 1_000,
    phase: 'waiting',
    step: 0,
    age: 0,
    ownSteps: 0,
    hasData: false,
    ready: true,
    done: false,
    partners: 0,
    sketch: new Float32Array(SKETCH_BUCKETS),
    addresses: [...network.addresses()],
  }
}

/** Honest members, as far as the liars can tell. */
export function honestMembers(liars: readonly Liar[]): readonly PeerId[] {
  const own = new Set(liars.map(({ self }) => self))
  return [...new Set(liars.flatMap(({ heard }) => [...heard.keys()]))].filter(peer => !own.has(peer))
}

/** What honest members say now. */
export function honestWords(liar: Liar, liars: readonly Liar[]): readonly Announcement[] {
  const own = new Set(liars.map(({ self }) => self))
  return [...liar.heard].filter(([peer]) => !own.has(peer)).map(([, word]) => word)
}

/** What a liar hides behind: what an honest member says of itself just now, but for its addresses. */
export function disguise(liar: Liar, liars: readonly Liar[]): Partial<Announcement> {
  const [word] = honestWords(liar, liars)
  if (word === undefined) return {}
  const { addresses: _, refuses: __, ...worn } = word
  // To begin without one that is still to come would be the attacker's doing, and not what its attack is about.
  return word.phase === 'waiting' ? { ...worn, hasData: false } : worn
}
