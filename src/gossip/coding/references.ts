import { RefusedError } from '../errors.ts'
import type { PeerId } from '../ports.ts'
import { KEPT_REFERENCES } from './constants.ts'

/** The vector that two peers hold in common since they last averaged. */
export interface Reference {
  /** r, `[parameters]`, the same on both sides to the last bit. */
  readonly vector: Float32Array
  /** The frames that were averaged at least once, the end of each by its first element: only there it is near to both. */
  readonly frames: Map<number, number>
}

/**
 * This peer's references, one for each partner, named by the last exchange that both have finished.
 *
 * A reference that is in use is not held: where its exchange ends before its time, the two sides may have come to know
 * different parts of it, so both let it go. A side that believes the exchange finished names it in the next handshake, and the
 * other, which does not, names none. Those that were not used for longest go first.
 */
export interface References {
  /** The exchange by which the reference held with this partner is named. */
  named(partner: PeerId): string | undefined
  /**
   * Takes the reference out, for an exchange; where both sides have named none, a new one, of zeros.
   *
   * @throws RefusedError where the one that both have named has had to go since: the other side still has it
   */
  take(partner: PeerId, name: string | undefined): Reference
  /** The exchange, which names it from now on, has ended on this side with every frame settled. */
  keep(partner: PeerId, name: string, reference: Reference): void
}

/** A reference of zeros; it takes no room before it is used, for a partner that says nothing after it was agreed with. */
function createReference(length: number): Reference {
  let vector: Float32Array | undefined
  return {
    get vector() {
      vector ??= new Float32Array(length)
      return vector
    },
    frames: new Map(),
  }
}

/** @param length of the parameters */
export function createReferences(length: number): References {
  /** The latest used last. */
  const held = new Map<PeerId, { readonly name: string; readonly reference: Reference }>()
  return {
    named: partner => held.get(partner)?.name,
    take(partner, name) {
      const found = held.get(partner)
      held.delete(partner)
      if (name === undefined) return createReference(length)
      if (found?.name !== name) throw new RefusedError('the reference was let go meanwhile')
      return found.reference
    },
    keep(partner, name, reference) {
      held.set(partner, { name, reference })
      for (const oldest of held.keys()) {
        if (held.size <= KEPT_REFERENCES) break
        held.delete(oldest)
      }
    },
  }
}
