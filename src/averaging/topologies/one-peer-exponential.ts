import type { Topology } from '../topology.ts'
import { exponentCount } from './exponential.ts'

/**
 * In round r, i averages with i + 2^(r mod t) (mod n) alone, t = ⌈log₂ n⌉. Directed.
 *
 * Assran et al. (2019); Ying et al. (2021), who show that for n a power of two every t consecutive rounds give the exact
 * mean. For other n they only come close.
 */
export const onePeerExponential: Topology = {
  name: 'one-peer-exponential',
  symmetric: false,
  balanced: true,
  changes: true,
  misfit: () => undefined,
  neighbours: (peer, peers, round) => (peers === 1 ? [] : [(peer + 2 ** (round % exponentCount(peers))) % peers]),
}
