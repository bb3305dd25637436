/**
 * Two peers that have averaged before hold a vector r in common, and say how they differ from it: Q_A = Q(s_A − r),
 * Q_B = Q(s_B − r). The nearer they are to r, the less there is to lose. Then both know
 *
 * d = w (Q_B − Q_A)   and   r ← r + (Q_A + Q_B) / 2,
 *
 * the middle of what was sent, where with w = 1/2 both are but for what Q lost: so where nothing else moves them, what is lost
 * next is a part of what was lost this time.
 *
 * @packageDocumentation
 */

/**
 * r ← r + (ours + theirs) / 2: one sum that does not depend on the order and one rounding, so both sides have the same r, to
 * the last bit.
 *
 * @param ours what this side has sent, `[elements]`
 * @param theirs what the other side has sent
 */
export function moveReference(reference: Float32Array, ours: Float32Array, theirs: Float32Array): void {
  for (let i = 0; i < reference.length; i++) reference[i] += 0.5 * (ours[i] + theirs[i])
}

/** Σ (r + theirs)²: how large the other side says that it is. Not finite where something of it is beyond float32. */
export function referredSquaredNorm(reference: Float32Array, theirs: Float32Array): number {
  let sum = 0
  for (let i = 0; i < reference.length; i++) {
    const sent = Math.fround(reference[i] + theirs[i])
    sum += sent * sent
  }
  return sum
}
