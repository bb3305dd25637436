import { approach } from '../../averaging/clipping.ts'
import type { Range } from '../../parameters/range.ts'
import type { Membership } from '../membership/membership.ts'
import type { PeerId } from '../ports.ts'

/** Where the two sides of an exchange were, by their sketches. */
export interface Encounter {
  readonly own: Float32Array
  readonly theirs: Float32Array
  /** Of which elements the sketches are. */
  readonly part: Range
}

export interface Encounters {
  /**
   * The two meet again.
   *
   * @param distance of the two now
   * @returns how far it has come towards this peer since the last time; 0 where that was about other elements
   */
  met(partner: PeerId, encounter: Encounter, distance: number): number
}

export function createEncounters({ isGone }: Pick<Membership, 'isGone'>): Encounters {
  const last = new Map<PeerId, Encounter>()
  return {
    met(partner, encounter, distance) {
      const before = last.get(partner)
      if (before === undefined) for (const peer of last.keys()) if (isGone(peer)) last.delete(peer)
      last.set(partner, encounter)
      const { first, end } = encounter.part
      if (before?.part.first !== first || before.part.end !== end) return 0
      return approach(before.own, before.theirs, encounter.theirs, distance)
    },
  }
}
