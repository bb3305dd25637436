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
import { estimateConsensusDistance, sketchDistance } from '../../averaging/sketch.ts'
import { norm } from '../../parameters/vectors.ts'
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
  /** Proposals that could not be fetched a moment ago. */
  readonly passes: readonly string[]
  /** Whether it has something of its own that a seal may lack: local steps, or, where nothing is trained, a vector that it has proposed. */
  readonly contributes: boolean
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
}

export type SealAction =
  | { readonly do: 'nothing' }
  /** Freeze, and propose the own vector. */
  | { readonly do: 'propose' }
  /**
   * Fetch this vector, and take it if it lies within the target distance of the own. Where it does not, it is taken all the same by a
   * peer that `yields`: all of its own is in it, or it is overruled.
   */
  | {
      readonly do: 'check'
      readonly hash: string
      readonly holders: readonly PeerId[]
      readonly yields: boolean
    }
  /** Fetch the seal and take it as it is, unchecked: this peer has nothing of its own, or is overruled. */
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

/**
 * A peer gives up its parameters for others' only (a) before its first own step, (b) for a seal that holds all its steps already, or
 * (c) for one that more than two thirds of all living members have sealed. In every other case both sides go on averaging.
 *
 * @param members those alive whose voice counts, this peer not among them
 * @param target the recipe's relative consensus distance
 */
export function nextSealAction(swarm: string, target: number, self: SealSelf, members: readonly Member[]): SealAction {
  const seals = sealsAmong(members)
  const total = members.length + 1
  const overrules = (sealers: number) => self.isOpen !== true && sealers > OVERRULING_SHARE * total
  const active = members.filter(({ announcement }) => !onlyWaits(announcement))

  if (!self.contributes && (self.phase === 'waiting' || self.phase === 'averaging')) {
    const [first] = seals
    // While others still average, what is sealed may be reopened; a swarm that trains nothing has no beginning that could be missed.
    const ended = active.filter(({ announcement }) => announcement.phase === 'sealed').length
    const most = self.phase === 'waiting' ? ended === active.length : 2 * ended >= total
    if (first !== undefined && seals.length === 1 && most) return { do: 'adopt', ...first }
  }
  if (self.phase === 'waiting' || self.phase === 'left') return NOTHING
  if (self.phase === 'training') {
    const overruling = seals.find(({ holders }) => overrules(holders.length))
    return overruling !== undefined && self.knowsAll ? { do: 'adopt', ...overruling } : NOTHING
  }
  if (self.phase === 'averaging' && !self.rested) return NOTHING

  const choosers = active.filter(({ announcement }) => announcement.choice !== undefined)
  const holdersOf = (hash: string) =>
    choosers.filter(({ announcement }) => announcement.choice === hash).map(({ peer }) => peer)
  // A peer seals only after it has seen every living member announce the same choice, so it has seen ours.
  const sealedElsewhere = seals.some(({ hash }) => hash === self.choice)

  if (self.phase === 'sealing' || self.phase === 'sealed') {
    const refused = active.some(({ announcement }) => announcement.refuses === self.choice)
    const refusing = choosers.some(({ announcement }) => announcement.choice === self.refuses)
    const training = active.some(({ announcement }) => announcement.phase === 'training')
    const sealedHere = holdersOf(self.choice as string).length + 1
    // Two thirds reopen for nobody: those few take what is sealed, and say what is left out.
    const firm = self.phase === 'sealed' && overrules(sealedHere)
    const final = self.phase === 'sealed' && self.isOpen === false
    const trainingAgain = training && (self.phase === 'sealed' || !sealedElsewhere)
    if (!firm && (refusing || (!final && (refused || trainingAgain)))) return { do: 'reopen' }
    if (firm) return NOTHING
  }

  // A sealed choice comes before one that is only proposed: a vector that some have seen everybody choose must stay chosen.
  const order = (choice: string, sealed: boolean) => `${sealed ? 0 : 1}${rank(swarm, choice)}`

  let best = self.choice === undefined ? undefined : order(self.choice, self.phase === 'sealed' || sealedElsewhere)
  let candidate: string | undefined
  for (const { announcement } of choosers) {
    const { choice } = announcement
    if (choice === undefined || choice === self.choice || self.passes.includes(choice)) continue
    const sealers = seals.find(({ hash }) => hash === choice)?.holders.length ?? 0
    // A choice that was refused when few had sealed it may have become that of more than two thirds.
    if (choice === self.refuses && !overrules(sealers)) continue
    // A peer that will be overruled once it knows how many there are does not refuse before.
    if (overrules(sealers) && !self.knowsAll) continue
    const place = overrules(sealers) ? '' : order(choice, sealers > 0)
    if (best === undefined || place < best) [best, candidate] = [place, choice]
  }
  if (candidate !== undefined) {
    const sealers = seals.find(({ hash }) => hash === candidate)?.holders ?? []
    // Most have to say so: one peer alone is only believed where its vector is near.
    const yields = overrules(sealers.length) || (2 * sealers.length > members.length && self.isIn(sealers))
    return { do: 'check', hash: candidate, holders: holdersOf(candidate), yields }
  }

  if (self.phase === 'averaging') return mayPropose(target, self, active) ? { do: 'propose' } : NOTHING
  // A member that has come since takes the seal when it is done, as every latecomer does. One alone has nobody to agree with.
  const others = choosers.length > 0 && choosers.length === active.length
  if (self.phase === 'sealing' && (sealedElsewhere || others)) {
    if (choosers.every(({ announcement }) => announcement.choice === self.choice)) return { do: 'seal' }
  }
  return NOTHING
}

/** The choices on which members have sealed, the most common first. */
function sealsAmong(members: readonly Member[]): { readonly hash: string; readonly holders: readonly PeerId[] }[] {
  const seals = new Map<string, PeerId[]>()
  for (const { peer, announcement } of members) {
    const { phase, choice } = announcement
    if (phase === 'sealed' && choice !== undefined) seals.set(choice, [...(seals.get(choice) ?? []), peer])
  }
  return [...seals].map(([hash, holders]) => ({ hash, holders })).sort((a, b) => b.holders.length - a.holders.length)
}

function mayPropose(target: number, self: SealSelf, members: readonly Member[]): boolean {
  // One alone has nobody to agree with.
  if (members.length === 0) return false
  if (members.some(({ announcement }) => announcement.phase === 'training')) return false
  const sketches = members.map(({ announcement }) => announcement.sketch)
  const near = (target / SKETCH_MARGIN) * norm(self.sketch)
  return (
    sketches.every(sketch => sketchDistance(self.sketch, sketch) <= near) &&
    estimateConsensusDistance([self.sketch, ...sketches]) <= target
  )
}
