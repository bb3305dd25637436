/**
 * Limits and timeouts of what travels on streams, each with its reason. Times are in milliseconds.
 *
 * @packageDocumentation
 */

/**
 * Longest frame on a stream. A frame of parameters is 256 KiB and a few bytes; four times that leaves room for another
 * codec, and is all that one stream may make its reader allocate for one frame.
 */
export const MAX_FRAME_BYTES = 1024 * 1024

/** Longest control message: a settlement names at most a few times `MAX_OPEN_WITH_ONE` exchanges. Recipes fit too. */
export const MAX_CONTROL_BYTES = 65_536

/** Levels of a control message or an announcement: a recipe has six, with room for fields that a later version adds. */
export const MAX_NESTING = 32

/** Longest name of a codec, its parameter included. */
export const MAX_CODEC_CHARACTERS = 32

/** Longest sketch of parameters, as base64: four times what one takes. */
export const MAX_SKETCH_CHARACTERS = 1_376

/** One control message back and forth, a flush of the journal to a slow disk included; in step, also coming to the round. */
export const REPLY_TIMEOUT_MS = 15_000
