/**
 * Samples of the built-in digits to train on: few enough to be drawn within a second and learnt within ten, enough that
 * a perceptron with 64 hidden units passes 95 % and that a hundred peers own fifty each.
 */
export const DIGITS_TRAIN_SAMPLES = 5_000

/** Samples of the built-in digits to test on: the accuracy's standard error is then below one point from 0.9 upwards. */
export const DIGITS_TEST_SAMPLES = 1_000

/** Of a file's samples, the last one in so many is kept for testing: the usual 80 to 20. */
export const TEST_SHARE = 5

/** More distinct labels than this are a measured quantity, not classes (ImageNet, the usual largest, has 1,000). */
export const MAXIMUM_CLASSES = 1_000

/**
 * Samples that every peer gets at least, where there are enough for all: with fewer a shard tells nothing. The usual
 * bound, after Li, Diao, Chen and He, "Federated learning on non-IID data silos" (2022).
 */
export const MINIMUM_SHARD_SAMPLES = 10

/**
 * How often a Dirichlet partition with too small a shard is drawn anew before samples are moved instead. Where a redraw
 * can succeed at all, it does so within a few; with many peers and strong skew it never would.
 */
export const MAXIMUM_REDRAWS = 20
