/**
 * Who keeps a swarm from ending. Anybody's word may hold it up; for how long altogether, `end-patience.ts` says. This file only decides,
 * from what has been announced.
 *
 * @packageDocumentation
 */

import { sketchDistance } from '../../averaging/sketch.ts'
import type { Member } from '../membership/membership.ts'
import type { PeerId } from '../ports.ts'
import { ACQUAINTED_SHARE, OUTLYING } from './constants.ts'
import { contradicts, isNear, mayPropose, onlyWaits, type SealSelf } from './decide.ts'

/** What holds up the end. */
export interface HoldUp {
  /** Those without whom it would come. */
  readonly by: readonly PeerId[]
  /** Those of them that hold on to what this peer has looked at and found too far, or refuse what it has chosen. */
  readonly against: readonly PeerId[]
  /** Whether the others, this peer among them, are at least half: few wait longer for many than many do for few. */
  readonly forMost: boolean
}

export type HeldUpPeer = Pick<SealSelf, 'phase' | 'sketch' | 'choice' | 'refuses' | 'passes' | 'knows'>

/**
 * @param members those alive whose voice counts
 * @param overdue those that are not among them any more, because they train long after everybody was to end
 * @returns undefined where nobody holds it up, or nobody can be told from those that are on their way
 */
export function heldUpBy(
  target: number,
  self: HeldUpPeer,
  members: readonly Member[],
  overdue: readonly PeerId[],
): HoldUp | undefined {
  const active = members.filter(({ announcement }) => !onlyWaits(announcement))
  if (self.phase !== 'averaging' && self.phase !== 'sealing') return undefined
  // Nobody is there but those that train on for ever.
  if (active.length === 0) return overdue.length === 0 ? undefined : { by: overdue, against: [], forMost: false }
  // For those that train, run-time.ts says how long.
  if (active.some(({ announcement }) => announcement.phase === 'training')) return undefined
  const apart = active.filter(member => isApart(target, self, member))
  if (apart.length === 0) return undefined
  const far = new Set(apart)
  const others = active.filter(member => !far.has(member))
  const by = apart.map(({ peer }) => peer)
  const against = apart.filter(({ announcement }) => contradicts(self, announcement)).map(({ peer }) => peer)
  const couldEnd = others.some(({ peer }) => self.knows(peer))
  if (couldEnd && (self.phase === 'sealing' || mayPropose(target, self, others))) {
    return { by, against, forMost: 2 * (others.length + 1) >= active.length + 1 }
  }
  // Those who hold still will not come nearer.
  if (self.phase === 'sealing' || apart.every(({ announcement }) => announcement.choice !== undefined)) {
    return { by, against, forMost: false }
  }
  const outliers = outliersAmong(self, active)
  return outliers.length === 0 ? undefined : { by: outliers, against: [], forMost: false }
}

function isApart(target: number, self: HeldUpPeer, { peer, announcement }: Member): boolean {
  const { choice, sketch } = announcement
  if (self.phase === 'sealing') return choice !== self.choice
  return !isNear(target, self.sketch, sketch) || (choice !== undefined && self.passes(choice, peer))
}

/** Those that are much farther away than others are: a swarm that averages with them comes no nearer to its end. */
function outliersAmong(self: HeldUpPeer, active: readonly Member[]): readonly PeerId[] {
  const usual = usualDistance(self, active)
  if (usual === undefined) return []
  return active
    .filter(({ announcement }) => !(sketchDistance(self.sketch, announcement.sketch) <= OUTLYING * usual))
    .map(({ peer }) => peer)
}

/**
 * How far this peer is from those with whom it has averaged: a third of them are nearer. Liars that are no more than two thirds of them make
 * it no larger.
 *
 * @returns undefined where none is there
 */
export function usualDistance(
  self: Pick<SealSelf, 'sketch' | 'knows'>,
  members: readonly Member[],
): number | undefined {
  const distances = members
    .filter(({ peer }) => self.knows(peer))
    .map(({ announcement }) => sketchDistance(self.sketch, announcement.sketch))
    .sort((a, b) => a - b)
  return distances[Math.floor(ACQUAINTED_SHARE * distances.length)]
}
