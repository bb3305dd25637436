import { medianOf } from '../../averaging/medians.ts'
import type { PeerId, Random } from '../ports.ts'
import { LEAST_DRAW_SHARE, USUAL_DURATIONS } from './constants.ts'

/**
 * Draws a partner. Pairwise averaging keeps the mean whoever meets whom, so a partner over a slow link may be met less often: as much as
 * its exchanges take longer than is usual among these, down to a bound, so that what lies beyond a slow link is heard of all the same
 * (Boyd et al. 2006, "Randomized Gossip Algorithms": any connected choice converges).
 *
 * @param peers not empty
 * @param duration of an exchange with one, in milliseconds; undefined where that is not known, which is taken for usual
 * @param trust by how much less often than others one is met for what speaks against it: 1, or less
 */
export function drawPartner(
  peers: readonly PeerId[],
  duration: (peer: PeerId) => number | undefined,
  random: Random,
  trust: (peer: PeerId) => number = () => 1,
): PeerId {
  const durations = peers.map(duration)
  const known = durations.filter(one => one !== undefined)
  const usual = USUAL_DURATIONS * medianOf(known)
  const shares = durations.map((one, index) => {
    const share = one === undefined || one <= usual ? 1 : Math.max(LEAST_DRAW_SHARE, usual / one)
    return share * trust(peers[index])
  })
  if (shares.every(share => share === 1)) return peers[random.integer(peers.length)]
  let left = random.uniform() * shares.reduce((sum, share) => sum + share, 0)
  for (const [index, share] of shares.entries()) {
    left -= share
    if (left < 0) return peers[index]
  }
  return peers[peers.length - 1]
}
