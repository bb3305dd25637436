/**
 * Elements of a full frame: 256 KiB of float32. Small enough that a stream's receive window holds a few of them and that
 * an abort wastes little; large enough that the cost of a frame (a header, a read, a hash update) vanishes beside its bytes.
 */
export const FRAME_FLOATS = 65_536

/** More of one frame than this is never worked on at once: four full ones, which leaves room for what a codec may make of one. */
export const STAGED_BYTES = 4 * 4 * FRAME_FLOATS

/**
 * Frames for which a memory has room: what one side of an exchange can have under way at most, 32 of its own, the differences of 32 that were
 * merged and may be taken back, and those that are being merged. 18 MiB, of which only what was once used takes any. One frame too few would
 * cost a memory after another, for rooms of one that was replaced do not come back.
 */
export const FRAME_ROOMS = 72

/** A frame opens with the index of its first element, an unsigned 32-bit integer. */
export const FRAME_HEADER_BYTES = 4

/** The cap that the safetensors format puts on its JSON header, so that a reader can bound what it parses. */
export const SAFETENSORS_HEADER_LIMIT_BYTES = 100_000_000
