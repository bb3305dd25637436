/**
 * How much samples of each class count in the objective: a mean in which rare classes weigh as much as frequent ones. Counts of the
 * classes are known only once the swarm has agreed on them, when the training thread has long been started.
 *
 * @packageDocumentation
 */

/**
 * `[classes]`: every class's weight. All are 1 until {@link balanceWeights} changes them, and then for every thread that has them; another
 * process gets a copy, and its caller sends it the changes.
 */
export function createSharedWeights(classes: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(classes * Float64Array.BYTES_PER_ELEMENT)).fill(1)
}

/**
 * Weights with which every class counts alike: samples / (classes × samples of the class). Over all samples their mean is 1, so that
 * learning rates keep their meaning. Classes are those that have samples; of another one nobody could learn anything, and its weight is 1.
 *
 * @param counts `[classes]`: samples of each class, of all peers together, or any multiple of them, such as their mean over peers
 */
export function balancedWeights(counts: ArrayLike<number>): Float64Array {
  const all = Array.from(counts)
  const total = all.reduce((sum, count) => sum + count, 0)
  const present = all.filter(count => count > 0).length
  return Float64Array.from(all, count => (count > 0 ? total / (present * count) : 1))
}

/** From here on `weights`, `[classes]`, are those of {@link balancedWeights}. */
export function balanceWeights(weights: Float64Array, counts: ArrayLike<number>): void {
  weights.set(balancedWeights(counts))
}
