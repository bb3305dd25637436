import { printable } from '../../gossip/membership/printable.ts'
import type { PeerId } from '../../gossip/ports.ts'
import type { RefusedPeerError } from '../errors.ts'
import { MAX_REFUSALS, MAX_TOLD_REFUSALS, OTHER_RECIPE, REFUSED_PAUSE_MS } from './constants.ts'

/** Who has refused this peer, or was refused, a moment ago. */
export interface Refusals {
  /** Keeps one in mind, and tells people of it where it is the first of its kind. */
  add(peer: PeerId, error: RefusedPeerError): void
  /** Keeps in mind that a peer is in another swarm, of which the core tells people. */
  addOther(peer: PeerId): void
  /** Forgets it: a member was let in after all. */
  delete(peer: PeerId): void
  /** The refusal because of which a peer is not dialled for now. */
  get(peer: PeerId): RefusedPeerError | undefined
  /** Whether to dial a peer now is of no use, refused or in another swarm. */
  has(peer: PeerId): boolean
}

export function createRefusals(warn: (message: string) => void): Refusals {
  const refusals = new Map<PeerId, { readonly error: RefusedPeerError | undefined; readonly until: number }>()
  const told = new Set<string>()

  function keep(peer: PeerId, error: RefusedPeerError | undefined): void {
    refusals.delete(peer)
    // The first is the oldest.
    const [oldest] = refusals.keys()
    if (refusals.size >= MAX_REFUSALS) refusals.delete(oldest)
    refusals.set(peer, { error, until: performance.now() + REFUSED_PAUSE_MS })
  }

  const now = (peer: PeerId) => {
    const refusal = refusals.get(peer)
    return refusal !== undefined && refusal.until > performance.now() ? refusal : undefined
  }

  return {
    add(peer, error) {
      keep(peer, error)
      const reason = printable(error.reason)
      const what =
        error.by === 'here' ? `${peer} ${reason}, and is not let in` : `${peer} refuses this peer, which ${reason}`
      const text = reason === OTHER_RECIPE ? `${what}: start both with the same file` : what
      if (told.has(text) || told.size >= MAX_TOLD_REFUSALS) return
      told.add(text)
      warn(text)
    },
    addOther: peer => keep(peer, undefined),
    delete: peer => void refusals.delete(peer),
    get: peer => now(peer)?.error,
    has: peer => now(peer) !== undefined,
  }
}
