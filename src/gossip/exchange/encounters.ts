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
   * The two meet again, neither of them training.
   *
   * @param distance of the two now
   * @returns how far it has come towards this peer since the last time, and no more than the two are nearer than they ever were: one that turns
   *   up on another side every time comes no nearer. At least 0; and 0 where the last time was about other elements
   */
  met(partner: PeerId, encounter: Encounter, distance: number): number
  /** Training moves everybody. */
  forget(): void
}

export function createEncounters({ isGone }: Pick<Membership, 'isGone'>): Encounters {
  const last = new Map<PeerId, Encounter & { readonly nearest: number }>()
  return {
    met(partner, encounter, distance) {
      const before = last.get(partner)
      if (before === undefined) for (const peer of last.keys()) if (isGone(peer)) last.delete(peer)
      const { first, end } = encounter.part
      const isSame = before?.part.first === first && before.part.end === end
      last.set(partner, { ...encounter, nearest: isSame ? Math.min(before.nearest, distance) : distance })
      if (!isSame) return 0
      const nearer = before.nearest - distance
      return Math.max(0, Math.min(nearer, approach(before.own, before.theirs, encounter.theirs)))
    },
    forget: () => last.clear(),
  }
}
