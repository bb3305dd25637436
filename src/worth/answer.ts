/**
 * What a classifier answers, from its logits: for whoever counts answers, and for whoever only adds up their loss.
 *
 * @packageDocumentation
 */

/** The class of the largest logit of the row that begins at `first`: of several the first, and the first where one is no number. */
export function answerOf(logits: Float32Array, first: number, classes: number): number {
  let best = 0
  for (let i = 1; i < classes; i++) if (logits[first + i] > logits[first + best]) best = i
  return best
}

/**
 * −log softmax(z)[label] of that row, in float64; NaN where a logit is.
 *
 * @param best the class of the largest logit, as {@link answerOf} finds it
 */
export function costOf(logits: Float32Array, first: number, classes: number, label: number, best: number): number {
  let partition = 0
  for (let i = 0; i < classes; i++) partition += Math.exp(logits[first + i] - logits[first + best])
  return logits[first + best] + Math.log(partition) - logits[first + label]
}
