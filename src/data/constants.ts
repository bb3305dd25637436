/**
 * Samples of the built-in digits to train on: few enough to be drawn within a second and learnt within ten, enough that
 * a perceptron with 64 hidden units passes 95 % and that a hundred peers own fifty each.
 */
export const DIGITS_TRAIN_SAMPLES = 5_000

/** Samples of the built-in digits to test on: the accuracy's standard error is then below one point from 0.9 upwards. */
export const DIGITS_TEST_SAMPLES = 1_000

/** One in so many of a file's samples, the last ones, is kept for testing: the usual 80 to 20. */
export const TEST_SHARE = 5

/** More distinct labels than this are a measured quantity, not classes (ImageNet, the usual largest, has 1,000). */
export const MAXIMUM_CLASSES = 1_000

/**
 * Characters of a CSV file's row, at most: 200,000 values at full length. What is longer is a quote that nobody closed, after
 * which the rest of the file would be collected in memory.
 */
export const MAXIMUM_ROW_CHARACTERS = 4 * 1024 * 1024

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

/**
 * Samples that take more memory than this, as float32, are kept in a temporary file instead. Loading, shuffling and dealing
 * hold up to three copies for a moment, and with this the peak stays below 2 GiB, which most machines have.
 */
export const IN_MEMORY_LIMIT_BYTES = 512 * 1024 * 1024

/** Elements that are copied or written at once: a megabyte of float32, beyond which writing gets no faster. */
export const STORE_BLOCK_ELEMENTS = 256 * 1024

/** Images that are decoded at once: enough to keep the decoder's threads busy, few enough to bound the memory of large photos. */
export const DECODED_AT_ONCE = 8

/** Names of skipped files that a warning lists; the others are only counted. */
export const MAXIMUM_NAMES_LISTED = 10

/** Characters of one sample of text, where the source does not say. */
export const DEFAULT_CONTEXT = 64

/** One in so many of a text's characters, the last ones, is kept for testing: the usual 90 to 10 of character models. */
export const TEXT_TEST_SHARE = 10

/** Longest text, in bytes. Its characters take 16 bytes each in memory, the copies included. */
export const MAXIMUM_TEXT_BYTES = 128 * 1024 * 1024

/** Text at a table's beginning in which is found how it is written: some hundred rows of a usual table. */
export const SAMPLE_BYTES = 64 * 1024

/** Rows that the sample has at least, where there are so many and they are not too long: of ten thousand columns one row is longer than the above. */
export const SAMPLE_ROWS = 20

/** Bytes of a file that are read at once: larger pieces are no faster. */
export const PIECE_BYTES = 256 * 1024

/** Rows that a table gives at once, where the file does not say: few enough that a block of ten thousand columns takes little memory. */
export const BLOCK_ROWS = 1_024

/**
 * Cells of a Parquet file that are unpacked at once. Numbers of which some are missing take 24 bytes each, texts more; with fewer cells, row
 * groups, which usually have a million rows, would be read more often.
 */
export const UNPACKED_CELLS = 2 * 1024 * 1024
