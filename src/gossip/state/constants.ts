/**
 * Limits and timeouts of what is kept of a replica, each with its reason. Times are in milliseconds.
 *
 * @packageDocumentation
 */

/**
 * The journal is replaced by a checkpoint when it is as long as so many models, or so many bytes where the model is small:
 * then a checkpoint costs a small part of what was appended, and reading the journal back takes no longer than a few models.
 */
export const JOURNAL_OVER_PARAMETERS = 4
export const JOURNAL_MINIMUM_BYTES = 1024 * 1024
