/**
 * How much is given away by telling something with Gaussian noise, again and again: Rényi differential privacy, whose
 * divergences add up over releases (Mironov 2017, "Rényi Differential Privacy").
 *
 * @packageDocumentation
 */

/** One release. */
export interface GaussianRelease {
  /** Standard deviation of the noise over the sensitivity: the most that one record can move what is told, in the 2-norm. */
  readonly noise: number
  /**
   * With which probability every record takes part in a release, each by itself (Poisson sampling); 1 where all always do. The
   * bound for less than 1 is for a record that is added or removed, as in `sampledDivergence`.
   */
  readonly samplingRate: number
}

/** Rényi divergence of one release, of an order α above 1; where records are sampled, a whole α. */
export function renyiDivergence(order: number, { noise, samplingRate }: GaussianRelease): number {
  if (samplingRate === 0) return 0
  if (noise === 0) return Number.POSITIVE_INFINITY
  return samplingRate === 1 ? order / (2 * noise ** 2) : sampledDivergence(order, noise, samplingRate)
}

/**
 * The Rényi divergence of the sampled Gaussian mechanism, for whole α (Mironov, Talwar and Zhang 2019, "Rényi Differential Privacy of the
 * Sampled Gaussian Mechanism", section 3.3):
 *
 *     1/(α − 1) · ln Σ_{k=0}^{α} (α choose k) (1 − q)^{α−k} q^k exp((k² − k) / (2σ²))
 */
function sampledDivergence(order: number, noise: number, rate: number): number {
  const terms = new Float64Array(order + 1)
  let logChoose = 0
  for (let k = 0; k <= order; k++) {
    if (k > 0) logChoose += Math.log((order - k + 1) / k)
    terms[k] = logChoose + (order - k) * Math.log1p(-rate) + k * Math.log(rate) + (k * k - k) / (2 * noise ** 2)
  }
  return logSumExp(terms) / (order - 1)
}

function logSumExp(terms: Float64Array): number {
  const largest = terms.reduce((max, term) => Math.max(max, term))
  return largest + Math.log(terms.reduce((sum, term) => sum + Math.exp(term - largest), 0))
}

/** Whole orders that are tried: small ones serve where much is given away, large ones where little is. */
const ORDERS: readonly number[] = [...Array.from({ length: 127 }, (_, i) => i + 2), 192, 256, 384, 512, 768, 1024]

/** Orders that only {@link renyiDivergence} without sampling knows. */
const FRACTIONAL_ORDERS: readonly number[] = [1.05, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9, 2.5]

/**
 * The smallest ε that is proven for which so many releases are (ε, δ)-differentially private, by the conversion of Canonne,
 * Kamath and Steinke 2020, "The Discrete Gaussian for Differential Privacy", proposition 12:
 *
 *     ε = R(α) + ln(1 − 1/α) − (ln δ + ln α) / (α − 1),   at the best α
 *
 * @param times releases, of which every one draws noise of its own
 * @param delta δ in (0, 1)
 */
export function epsilonAfter(times: number, release: GaussianRelease, delta: number): number {
  if (times === 0) return 0
  const orders = release.samplingRate === 1 ? [...FRACTIONAL_ORDERS, ...ORDERS] : ORDERS
  const epsilons = orders.map(order => {
    const given = times * renyiDivergence(order, release)
    return given + Math.log1p(-1 / order) - (Math.log(delta) + Math.log(order)) / (order - 1)
  })
  return Math.max(0, Math.min(...epsilons))
}

/**
 * The ε of a neighbour that has got so many messages, whatever else it knows: local differential privacy, of two vectors that differ in
 * anything. Both are clipped to C, so they are up to 2C apart and the noise is worth half. Sampling grants nothing here: the neighbour sees
 * which messages it got.
 *
 * @param messages that this neighbour got, each with noise of its own; of neighbours that conspire, all of theirs together
 * @param noise σ, as a multiple of C
 */
export function neighbourEpsilon(messages: number, noise: number, delta: number): number {
  return epsilonAfter(messages, { noise: noise / 2, samplingRate: 1 }, delta)
}
