/**
 * Hidden units of `mlp` without an argument: past them the built-in digits gain nothing, and a step takes a
 * millisecond.
 */
export const DEFAULT_HIDDEN_UNITS: readonly number[] = [64]

/** Filters of the two convolutions of `cnn`, and the units between them and the logits. */
export const CNN_CHANNELS: readonly number[] = [16, 32]
export const CNN_DENSE_UNITS = 64

/** `language` without an argument: what two CPU cores can train on a book within minutes. */
export const DEFAULT_LANGUAGE_SIZE = { layers: 3, heads: 4, width: 96 } as const

/** Hidden units of a transformer's feed-forward part over its width, as in the original (Vaswani et al., 2017). */
export const FEED_FORWARD_FACTOR = 4

/**
 * Characters that a position of `language` sees at once. A small model takes hundreds of steps to learn to look at the one
 * before. With three it reads Shakespeare with 2.05 nats in place of 2.33 after 600 steps of 8 × 64
 * characters, and takes as long for a step.
 */
export const EMBEDDED_TOKENS = 3

/**
 * Standard deviation of the initial embeddings, and of the kernel of the logits, so that at first all are as likely:
 * GPT-2's.
 */
export const EMBEDDING_DEVIATION = 0.02

/** Keeps a constant row's normalisation finite; PyTorch's and GPT-2's. */
export const LAYER_NORM_EPSILON = 1e-5

/** Samples evaluated at once, at most: with more, the cost of calling the kernels no longer shows. */
export const EVALUATION_BATCH = 256

/**
 * Numbers that the layers of a model may give for the samples that are evaluated at once: 64 MiB of float32. Wide
 * models are evaluated in smaller batches.
 */
export const EVALUATION_ACTIVATIONS = 16 * 1024 * 1024

/**
 * Adam's decay rates and ε as its authors recommend them (Kingma and Ba, 2015, algorithm 1). A recipe may choose β₂:
 * with 0.999 a language model's second moments are stale for a thousand steps after a rare word. β₁ and ε nobody
 * changes.
 */
export const ADAM_BETA_1 = 0.9
export const ADAM_BETA_2 = 0.999
export const ADAM_EPSILON = 1e-8

/**
 * The largest `model.json`, and the largest program that makes a model: both are text, and describe layers, not weights. The longest of those
 * that come with TensorFlow.js have less than 1 MiB.
 */
export const MAX_MODEL_FILE_BYTES = 64 * 1024 * 1024

/** Size of weights' files in TensorFlow.js's format: that of its own converter, which browsers keep in their caches. */
export const WEIGHTS_SHARD_BYTES = 4 * 1024 * 1024

/**
 * In which a backend must have started and trained one step, or it counts as broken. Minutes, because CUDA compiles its
 * kernels anew for a GPU that is newer than itself, the first time.
 */
export const TRIAL_DEADLINE_MS = 180_000

/**
 * Bytes of a shard that the fused trainer copies into its memory, at most, where its kernels find samples in place; a larger one
 * is read batch by batch. A quarter of what one WebAssembly memory holds.
 */
export const MOST_PLACED_BYTES = 2 ** 30

/**
 * Products of a step that are worth a thread: it takes half a millisecond for them. With half as many, two threads were slower than one
 * wherever most numbers were 0, and wherever the machine had other things to do.
 */
export const PRODUCTS_PER_THREAD = 12_000_000
