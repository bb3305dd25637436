/**
 * How a swarm ends on one vector without a leader. Every peer proposes its own; everyone takes the one of the smallest
 * rank, SHA-256(swarm ‖ hash), that lies within the target distance of its own. A minimum is idempotent: the order in
 * which proposals are heard, and how often, does not matter. Nobody can be moved further than the target.
 *
 * This file only decides, from what has been announced; it fetches and changes nothing.
 *
 * @packageDocumentation
 */

import { createHash } from 'node:crypto'
import { areWithin, estimateConsensusDistance } from '../../averaging/sketch.ts'
import type { Announcement } from '../membership/announcement.ts'
import type { Member } from '../membership/membership.ts'
import type { Phase } from '../phase.ts'
import type { PeerId } from '../ports.ts'
import { OVERRULING_SHARE } from './constants.ts'

/** The facts about this peer itself. */
export interface SealSelf {
  readonly phase: Phase
  /** A sketch of its current parameters; while sealing, of those that it froze. */
  readonly sketch: Float32Array
  readonly choice: string | undefined
  /** A proposal that it has checked and found too far. */
  readonly refuses: string | undefined
  /** Whether this choice of this member is not looked at for now: it could not be fetched a moment ago, or was too far. */
  readonly passes: (choice: string, chooser: PeerId) => boolean
  /** Whether it has something of its own that a seal may lack: local steps, or, where nothing is trained, a vector that it has proposed. */
  readonly contributes: boolean
  /** Whether an exchange with this member was completed: only such members have a voice where this peer's own steps are at stake. */
  readonly knows: (peer: PeerId) => boolean
  /** Whether this peer still reopens because of this member. */
  readonly reopensFor: (peer: PeerId) => boolean
  /** Whether all of that was averaged with one of these peers, so that it is in what they hold. */
  readonly isIn: (holders: readonly PeerId[]) => boolean
  /**
   * Whether a newcomer still has a part, so that nobody is overruled; or whether what is sealed is used already, and reopened for
   * no peer that has not sealed. Undefined where steps decide that.
   */
  readonly isOpen: boolean | undefined
  /** Whether nobody new was met for a while, so that it knows how many there are. */
  readonly knowsAll: boolean
  /** Whether it has averaged for a while since it last reopened, so that what it hears is no longer from before. */
  readonly rested: boolean
  /** Members that had sealed what this peer has sealed, and are there no longer. */
  readonly wentSealed: number
}

export type SealAction =
  | { readonly do: 'nothing' }
  /** Freeze, and propose the own vector. */
  | { readonly do: 'propose' }
  /**
   * Fetch this vector, and take it if it lies within the target distance of the own. Where it does not, it is taken all the same by a
   * peer that `yields`, because all of its own is in it or because it is overruled, if the swarm's spread explains the distance.
   */
  | {
      readonly do: 'check'
      readonly hash: string
      readonly holders: readonly PeerId[]
      readonly yields: boolean
    }
  /** Fetch the seal and take it as it is: this peer has nothing of its own. */
  | { readonly do: 'adopt'; readonly hash: string; readonly holders: readonly PeerId[] }
  /** Everybody has chosen the same. */
  | { readonly do: 'seal' }
  /** Somebody is too far away: averaging goes on. */
  | { readonly do: 'reopen' }

const NOTHING: SealAction = { do: 'nothing' }

/**
 * Sketches say how far others are with a relative deviation of 9 %. A swarm proposes only when they say half the target:
 * then a proposal that is really beyond the target is more than five deviations away.
 */
const SKETCH_MARGIN = 2

/** The order in which proposals are preferred; nobody can choose it, and nobody can tell it before the swarm is known. */
export function rank(swarm: string, hash: string): string {
  return createHash('sha256').update(`${swarm}${hash}`).digest('hex')
}

/** Whether a member has no part in the run: it waits to begin, or for the seal. */
export function onlyWaits({ phase, ownSteps }: Announcement): boolean {
  return phase === 'waiting' && ownSteps === 0
}

/** What a peer stands by. */
export type Stand = Pick<SealSelf, 'choice' | 'refuses'>

/** Whether a member holds on to what this peer refuses, or refuses what it has chosen. */
export function contradicts({ choice: own, refuses: refused }: Stand, { choice, refuses }: Announcement): boolean {
  return (choice !== undefined && choice === refused) || (refuses !== undefined && refuses === own)
}

/** A choice on which members have sealed. */
interface SealOfOthers {
  readonly hash: string
  readonly holders: readonly PeerId[]
}

/**
 * A peer gives up its parameters for others' only (a) before its first own step, (b) for a seal that holds all its steps already, or
 * (c) for one that more than two thirds of all living members have sealed. In every other case both sides go on averaging. In (b) and (c)
 * those with whom it has averaged must say so by themselves, and what they sealed must be explained.
 *
 * @param members those alive whose voice counts, this peer not among them
 * @param target the recipe's relative consensus distance
 */
export function nextSealAction(swarm: string, target: number, self: SealSelf, members: readonly Member[]): SealAction {
  const seals = sealsAmong(members)
  const total = members.length + 1
  const acquaintances = members.filter(({ peer }) => self.knows(peer)).length
  const known = (peers: readonly PeerId[]) => peers.filter(self.knows)
  const overrules = (holders: readonly PeerId[]) =>
    self.isOpen !== true &&
    holders.length > OVERRULING_SHARE * total &&
    known(holders).length > OVERRULING_SHARE * acquaintances
  const isFirm = (sealers: number, went = 0) =>
    self.isOpen !== true && sealers + went > OVERRULING_SHARE * (total + went)
  const active = members.filter(({ announcement }) => !onlyWaits(announcement))

  if (!self.contributes && (self.phase === 'waiting' || self.phase === 'averaging')) {
    const [first] = seals
    // Who is about to begin listens first: those that begin with it may only not have been heard of yet.
    const hasListened = self.phase === 'averaging' || self.knowsAll
    if (first !== undefined && isQuorum(first, members)) return hasListened ? { do: 'adopt', ...first } : NOTHING
  }
  if (self.phase === 'waiting' || self.phase === 'left') return NOTHING
  if (self.phase === 'training') {
    const overruling = seals.find(
      ({ hash, holders }) => overrules(holders) && !holders.every(peer => self.passes(hash, peer)),
    )
    if (overruling === undefined || !self.knowsAll) return NOTHING
    return self.contributes ? { do: 'check', ...overruling, yields: true } : { do: 'adopt', ...overruling }
  }
  if (self.phase === 'averaging' && !self.rested) return NOTHING

  const choosers = active.filter(({ announcement }) => announcement.choice !== undefined)
  const holdersOf = (hash: string) =>
    choosers.filter(({ announcement }) => announcement.choice === hash).map(({ peer }) => peer)
  // A peer seals only after it has seen every living member announce the same choice, so it has seen ours.
  const sealedElsewhere = seals.some(({ hash, holders }) => hash === self.choice && holders.some(self.knows))

  if (self.phase === 'sealing' || self.phase === 'sealed') {
    const heard = active.filter(({ peer }) => self.reopensFor(peer)).map(({ announcement }) => announcement)
    const refused = heard.some(({ refuses }) => refuses === self.choice)
    const refusing = heard.some(({ choice }) => choice !== undefined && choice === self.refuses)
    const training = heard.some(({ phase }) => phase === 'training')
    // Two thirds reopen for nobody: those few take what is sealed, or keep what they have.
    const sealers = holdersOf(self.choice as string).length + 1
    const firm = self.phase === 'sealed' && isFirm(sealers)
    const final = self.phase === 'sealed' && self.isOpen === false
    const trainingAgain = training && (self.phase === 'sealed' || !sealedElsewhere)
    // Who refuses did so when they were all there: the last to go does not reopen because the others went before it.
    const heeded = !(self.phase === 'sealed' && isFirm(sealers, self.wentSealed))
    const objected = heeded && (refusing || (refused && !final))
    if (!firm && (objected || (trainingAgain && !final))) return { do: 'reopen' }
    if (firm) return NOTHING
  }

  // A sealed choice comes before one that is only proposed: a vector that some have seen everybody choose must stay chosen.
  const order = (choice: string, sealed: boolean) => `${sealed ? 0 : 1}${rank(swarm, choice)}`

  let best = self.choice === undefined ? undefined : order(self.choice, self.phase === 'sealed' || sealedElsewhere)
  let candidate: string | undefined
  for (const { peer, announcement } of choosers) {
    const { choice } = announcement
    if (choice === undefined || choice === self.choice || self.passes(choice, peer)) continue
    const sealers = seals.find(({ hash }) => hash === choice)?.holders ?? []
    // A choice that was refused when few had sealed it may have become that of more than two thirds.
    if (choice === self.refuses && !overrules(sealers)) continue
    // A peer that will be overruled once it knows how many there are does not refuse before.
    if (overrules(sealers) && !self.knowsAll) continue
    const place = overrules(sealers) ? '' : order(choice, sealers.length > 0)
    if (best === undefined || place < best) [best, candidate] = [place, choice]
  }
  if (candidate !== undefined) {
    const sealers = seals.find(({ hash }) => hash === candidate)?.holders ?? []
    // Most have to say so: one peer alone is only believed where its vector is near.
    const most = 2 * sealers.length > members.length && 2 * known(sealers).length > acquaintances
    const yields = overrules(sealers) || (most && self.isIn(known(sealers)))
    return { do: 'check', hash: candidate, holders: holdersOf(candidate), yields }
  }

  if (self.phase === 'averaging') return mayPropose(target, self, active) ? { do: 'propose' } : NOTHING
  // A member that has come since takes the seal when it is done, as every latecomer does. One alone has nobody to agree with.
  const others = choosers.length > 0 && choosers.length === active.length
  if (self.phase === 'sealing' && (sealedElsewhere || others)) {
    // Whoever sealed it has waited for all; strangers that choose something else need not be waited for again.
    const voices = sealedElsewhere ? choosers.filter(({ peer }) => self.knows(peer)) : choosers
    if (voices.every(({ announcement }) => announcement.choice === self.choice)) return { do: 'seal' }
  }
  return NOTHING
}

/** The choices on which members have sealed, the most common first. */
function sealsAmong(members: readonly Member[]): SealOfOthers[] {
  const seals = new Map<string, PeerId[]>()
  for (const { peer, announcement } of members) {
    const { phase, choice } = announcement
    if (phase === 'sealed' && choice !== undefined) seals.set(choice, [...(seals.get(choice) ?? []), peer])
  }
  return [...seals].map(([hash, holders]) => ({ hash, holders })).sort((a, b) => b.holders.length - a.holders.length)
}

/**
 * Whether a newcomer takes this seal: two thirds of all that it sees hold it, those that wait as it does counted against it, or a few liars
 * could tell those who are about to begin that all is over. Where somebody trains, those who sealed must be so many that they reopen for nobody.
 */
function isQuorum({ holders }: SealOfOthers, members: readonly Member[]): boolean {
  const trains = members.some(({ announcement }) => announcement.phase === 'training')
  return trains
    ? holders.length > OVERRULING_SHARE * (members.length + 1)
    : holders.length >= OVERRULING_SHARE * members.length
}

/** Whether a swarm of this peer and these could end: nobody trains, and all are near each other. */
export function mayPropose(target: number, self: Pick<SealSelf, 'sketch'>, members: readonly Member[]): boolean {
  // One alone has nobody to agree with.
  if (members.length === 0) return false
  if (members.some(({ announcement }) => announcement.phase === 'training')) return false
  const sketches = members.map(({ announcement }) => announcement.sketch)
  return (
    sketches.every(sketch => isNear(target, self.sketch, sketch)) &&
    estimateConsensusDistance([self.sketch, ...sketches]) <= target
  )
}

/** Whether a member is so near, by its sketch, that it holds up no proposal. */
export function isNear(target: number, own: Float32Array, other: Float32Array): boolean {
  return areWithin(target / SKETCH_MARGIN, own, other)
}
