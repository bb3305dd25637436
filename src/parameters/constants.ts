/**
 * Elements of a full frame: 256 KiB of float32. Small enough that a stream's receive window holds a few of them and that
 * an abort wastes little; large enough that the cost of a frame (a header, a read, a hash update) vanishes beside its bytes.
 */
export const FRAME_FLOATS = 65_536

/** A frame opens with the index of its first element, an unsigned 32-bit integer. */
export const FRAME_HEADER_BYTES = 4

/** The cap that the safetensors format puts on its JSON header, so that a reader can bound what it parses. */
export const SAFETENSORS_HEADER_LIMIT_BYTES = 100_000_000
