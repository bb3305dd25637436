import { differenceInRoom } from '../parameters/frame-memory.ts'

/**
 * d = w · (theirs − own), as the difference of any exchange, of what two peers said of their parameters; and, in the same
 * pass, Σ theirs².
 *
 * With w ≤ 1/2 all of d is finite where all of both are. A sum that is not finite says that something of theirs is not: squares
 * of float32 cannot overflow float64.
 *
 * A third of the time where `out` lies in memory for frames; the same bits either way, and the same sum but for its rounding.
 *
 * @param out where to put d, as long as both
 * @returns Σ theirs²
 */
export function saidDifference(own: Float32Array, theirs: Float32Array, weight: number, out: Float32Array): number {
  return differenceInRoom(own, theirs, weight, out) ?? plainly(own, theirs, weight, out)
}

function plainly(own: Float32Array, theirs: Float32Array, weight: number, out: Float32Array): number {
  // Two sums: one alone would wait for its own last addition at every element.
  let even = 0
  let odd = 0
  const paired = theirs.length - (theirs.length % 2)
  for (let i = 0; i < paired; i += 2) {
    const first = theirs[i]
    const second = theirs[i + 1]
    out[i] = weight * (first - own[i])
    out[i + 1] = weight * (second - own[i + 1])
    even += first * first
    odd += second * second
  }
  if (paired < theirs.length) {
    const last = theirs[paired]
    out[paired] = weight * (last - own[paired])
    even += last * last
  }
  return even + odd
}
