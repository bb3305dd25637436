/** Why a model with one answer for each sample cannot be trained on sequences, as {@link Model.misfit} says it. */
export function sequencesMisfit(sequences: boolean | undefined): string | undefined {
  if (sequences !== true) return undefined
  return 'it gives one answer for a sample, and a sequence needs one at each position, as the model language gives'
}
