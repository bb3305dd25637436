import { FEWEST_EXCHANGES, REMAINING_EXPONENT } from './constants.ts'

/**
 * Exchanges that each of so many peers begins until what it began with weighs e^-20 of its difference from the others. One exchange of a random
 * pair takes 1 / (N - 1) of the mean squared distance from the mean (Boyd, Ghosh, Prabhakar and Shah, "Randomized gossip algorithms", 2006): all of
 * it between two, half of it among three. Of many peers each begins 40.
 *
 * @param peers that average, this one among them; at least 2
 */
export function exchangesToAgree(peers: number): number {
  const inAll = REMAINING_EXPONENT / -Math.log1p(-1 / (peers - 1))
  return Math.max(FEWEST_EXCHANGES, Math.ceil(inAll / peers))
}
