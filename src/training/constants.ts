/** Hidden units of `mlp` without an argument: past them the built-in digits gain nothing, and a step takes a millisecond. */
export const DEFAULT_HIDDEN_UNITS: readonly number[] = [64]

/**
 * Samples evaluated at once. Large enough that the cost of calling the kernels does not show, small enough that the
 * activations of a wide model stay in the tens of megabytes.
 */
export const EVALUATION_BATCH = 256

/** Adam's decay rates and ε as its authors recommend them (Kingma and Ba, 2015, algorithm 1). */
export const ADAM_BETA_1 = 0.9
export const ADAM_BETA_2 = 0.999
export const ADAM_EPSILON = 1e-8
