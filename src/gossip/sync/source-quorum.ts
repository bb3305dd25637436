import { lowerMedianOf } from '../../averaging/medians.ts'
import type { Sketcher } from '../../averaging/sketch.ts'
import type { Events } from '../events.ts'
import { announceInterval } from '../membership/announce-interval.ts'
import type { Announcement } from '../membership/announcement.ts'
import type { Member, Membership } from '../membership/membership.ts'
import type { AbortOptions, Clock, PeerId, Random } from '../ports.ts'
import { agreeingMajority, agrees } from './agreement.ts'
import { ANNOUNCEMENTS_POLL_MS, ANNOUNCEMENTS_WAIT_INTERVALS, MAX_COMPARED } from './constants.ts'

export interface SourceQuorumOptions {
  /** The recipe's relative consensus distance. */
  readonly target: number
  /** The one with which everybody makes what is announced. */
  readonly sketcher: Sketcher
  readonly membership: Membership
  readonly clock: Clock
  readonly random: Random
  readonly events: Pick<Events, 'emit'>
}

/** The peers from which current parameters are to be had. */
export interface SelectedSources {
  /** In the order in which they are to be asked. Where it is one, it is suspected, and nothing may come from any other. */
  readonly sources: readonly PeerId[]
  readonly suspected: boolean
  /** How many agree; of fewer than three nobody can say who is wrong. */
  readonly agreed: number
  /** The medians of what those say that agree, so that one that says too much makes nobody skip its training. */
  readonly age: number
  readonly step: number
}

/** Announcements as evidence: of what is current in the swarm, and of which peers give something else. */
export interface SourceQuorum {
  /**
   * The peers to ask. Waits for the next announcements, up to {@link ANNOUNCEMENTS_WAIT_INTERVALS}: what is fetched right after them is near
   * them, however quickly everybody trains, and two of each peer tell how quickly that is.
   *
   * @param givers those that were asked earlier, and gave what still counts
   * @returns undefined where peers that are ahead do not agree, by a majority, on where they are
   */
  select(
    ahead: readonly Member[],
    givers: readonly PeerId[],
    options: AbortOptions,
  ): Promise<SelectedSources | undefined>
  /**
   * Whether a vector that was put together just now is what the swarm says that it has. Where it is not, its givers are no
   * longer believed as they were.
   */
  verify(vector: Float32Array, givers: readonly PeerId[], options: AbortOptions): Promise<boolean>
  /** A peer that was asked alone gave nothing: the others are not to wait for it. */
  silent(peer: PeerId): void
}

type Source = Pick<Member, 'peer'> & Pick<Announcement, 'age' | 'step' | 'sketch'>

export function createSourceQuorum(options: SourceQuorumOptions): SourceQuorum {
  const { target, sketcher, membership, clock, random } = options
  /** Announced sketches of those that agreed, and of those that gave something earlier. */
  const announced = new Map<PeerId, readonly Float32Array[]>()
  /** From them together came what they had not announced. Which of them lied is not known, so each is tried alone. */
  const suspects = new Set<PeerId>()
  /** Tried alone, they gave what they had not announced. That proves nothing: they may have moved on quickly. */
  const distrusted = new Set<PeerId>()

  function findMajority(ahead: readonly Member[]): readonly Source[] | undefined {
    let members = ahead.filter(({ peer }) => !distrusted.has(peer))
    if (members.length === 0) {
      // There is nobody else: they are asked again.
      distrusted.clear()
      members = [...ahead]
    }
    if (members.length > MAX_COMPARED) members = random.shuffle(members).slice(0, MAX_COMPARED)
    if (members.length === 0) return undefined
    const sketches = members.map(({ announcement }) => announcement.sketch)
    // The next announcement of a member takes the place of this one.
    return agreeingMajority(sketches, target)?.map(i => ({ peer: members[i].peer, ...members[i].announcement }))
  }

  const longestWait = () => ANNOUNCEMENTS_WAIT_INTERVALS * announceInterval(membership.size())

  const warn = (message: string) => options.events.emit('warning', { message })

  const presentOf = (peers: Iterable<PeerId>) => [...peers].flatMap(peer => membership.get(peer) ?? [])

  /** Announcements of these since then. */
  const freshOf = (peers: Iterable<PeerId>, since: number) => presentOf(peers).filter(({ heard }) => heard > since)

  function distrust(givers: readonly PeerId[]): void {
    const [giver] = givers
    if (givers.length > 1) {
      for (const each of givers) suspects.add(each)
      warn(
        `what ${givers.length} peers gave as current parameters is not what they announced, and was thrown away; each is tried alone`,
      )
    } else {
      suspects.delete(giver)
      distrusted.add(giver)
      warn(`what ${giver} gave as current parameters is not what it announced, and was thrown away`)
    }
  }

  return {
    async select(ahead, givers, abort) {
      const first = findMajority(ahead)?.map(({ peer }) => peer)
      if (first === undefined) return undefined
      const before = new Map(ahead.map(({ peer, announcement }) => [peer, announcement.sketch]))
      const began = clock.now()
      while (clock.now() - began < longestWait() && 2 * freshOf(first, began).length <= presentOf(first).length) {
        await clock.sleep(ANNOUNCEMENTS_POLL_MS, abort)
      }
      const group = findMajority(ahead.filter(({ peer }) => membership.isAlive(peer)))
      if (group === undefined) return undefined
      for (const peer of announced.keys()) if (!givers.includes(peer)) announced.delete(peer)
      for (const { peer, sketch } of group) announced.set(peer, [before.get(peer) as Float32Array, sketch])
      const suspect = group.find(({ peer }) => suspects.has(peer))
      return {
        sources: suspect === undefined ? random.shuffle(group.map(({ peer }) => peer)) : [suspect.peer],
        suspected: suspect !== undefined,
        agreed: group.length,
        age: lowerMedianOf(group.map(({ age }) => age)),
        step: lowerMedianOf(group.map(({ step }) => step)),
      }
    },

    async verify(vector, givers, abort) {
      const sketch = sketcher.sketch(vector)
      const fetched = clock.now()
      const fresh = () => freshOf(announced.keys(), fetched)
      function waysNow(): readonly (readonly Float32Array[])[] {
        const news = new Map(fresh().map(({ peer, announcement }) => [peer, announcement.sketch]))
        return [...announced].map(([peer, way]) => {
          const latest = news.get(peer)
          return latest === undefined ? way : [...way, latest]
        })
      }
      const believed = () => agrees(sketch, waysNow(), target)
      // A vector that took long lies between what its givers had announced and what they will announce next.
      while (!believed()) {
        if (fresh().length === presentOf(announced.keys()).length || clock.now() - fetched >= longestWait()) {
          distrust(givers)
          return false
        }
        await clock.sleep(ANNOUNCEMENTS_POLL_MS, abort)
      }
      suspects.clear()
      return true
    },

    silent: peer => void suspects.delete(peer),
  }
}
