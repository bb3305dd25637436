/**
 * When a swarm is there: nobody trains its first step before as many members with data have come as the recipe asks for, and one of
 * the others says that it counts enough too; or before two thirds of those whom it has reached say so: behind a router not everybody reaches
 * everybody, and some of those with whom a swarm has begun may be gone. This file only decides, from what has been announced.
 *
 * @packageDocumentation
 */

import type { Announcement } from '../membership/announcement.ts'
import type { Member } from '../membership/membership.ts'
import { OVERRULING_SHARE } from '../seal/constants.ts'

/** The facts about a waiting peer itself. */
export interface WaitingSelf {
  readonly hasData: boolean
  /**
   * Whether it belongs to a run that others may have ended already: it has trained in it before, or it is to train nothing. A newcomer
   * to a run that has ended does not begin another one beside it.
   */
  readonly belongs: boolean
  /** Whether it has trained in this run before: its first step is behind it. */
  readonly hasBegun: boolean
  /** Whether it has waited so long for the seal of a run that is said to have ended that it does no longer. */
  readonly hasWaitedForSeal: boolean
}

/** One that says that enough are there could have made it up. */
const LEAST_WITNESSES = 2

/** Members with data that wait or train, this peer among them. */
export function countPresent(self: WaitingSelf, members: readonly Member[]): number {
  const others = members.filter(({ announcement }) => counts(self, announcement)).length
  return (self.hasData || self.belongs ? 1 : 0) + others
}

/** Whether this peer may train, or average, its first. */
export function mayBegin(self: WaitingSelf, members: readonly Member[], minimum: number): boolean {
  if (!self.hasWaitedForSeal && hasEnded(self, members)) return false
  if (minimum === 1) return countPresent(self, members) >= 1
  const others = members.filter(({ announcement }) => counts(self, announcement))
  const ready = others.filter(({ announcement }) => announcement.ready)
  if (countPresent(self, members) >= minimum) return ready.length > 0
  return others.length >= (self.hasBegun ? 1 : LEAST_WITNESSES) && ready.length >= OVERRULING_SHARE * others.length
}

/**
 * Whether members are about to seal, or have: a newcomer takes the seal. Two thirds have to say so, those that wait counted against it: a few
 * liars keep nobody from beginning.
 */
export function hasEnded({ belongs }: WaitingSelf, members: readonly Member[]): boolean {
  if (belongs || members.some(({ announcement }) => announcement.phase === 'training')) return false
  const past = members.filter(({ announcement }) => isPastTraining(announcement)).length
  return past > 0 && past >= OVERRULING_SHARE * members.length
}

function isPastTraining({ phase, partners }: Announcement): boolean {
  // One that has averaged with nobody has nothing to end: what it trained, it trained for itself.
  return phase === 'sealed' || phase === 'sealing' || (phase === 'averaging' && partners > 0)
}

function counts({ belongs }: WaitingSelf, { hasData, phase }: Announcement): boolean {
  if (belongs) return phase !== 'left'
  return hasData && (phase === 'waiting' || phase === 'training' || phase === 'averaging')
}
