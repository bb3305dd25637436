import type { PeerId } from '../ports.ts'
import type { Conduct } from './conduct.ts'

/** @returns whether a member has a voice: an exchange with it was completed, and not much speaks against it */
export function createAcquaintance(
  contribution: { hasAveragedWith(peer: PeerId): boolean },
  conduct: Pick<Conduct, 'isTrusted'>,
): (peer: PeerId) => boolean {
  return peer => contribution.hasAveragedWith(peer) && conduct.isTrusted(peer)
}
