/**
 * The z that a standard normal number stays below with probability p, by halving an interval until it cannot be halved.
 *
 * @param p in (0, 1)
 */
export function normalQuantile(p: number): number {
  let [low, high] = [-FARTHEST, FARTHEST]
  for (;;) {
    const middle = (low + high) / 2
    if (middle === low || middle === high) return middle
    if (normalDistribution(middle) < p) low = middle
    else high = middle
  }
}

/** Beyond this, the distribution is 0 or 1 in double precision, as it is computed here. */
const FARTHEST = 8

/** Φ(z) = 1/2 + φ(z) (z + z³/3 + z⁵/(3·5) + …): Marsaglia, "Evaluating the normal distribution" (2004). */
function normalDistribution(z: number): number {
  let [sum, before] = [z, Number.NaN]
  for (let term = z, k = 3; sum !== before; k += 2) {
    before = sum
    term *= (z * z) / k
    sum += term
  }
  return 0.5 + (sum * Math.exp((-z * z) / 2)) / Math.sqrt(2 * Math.PI)
}
