import { TILE_BYTES, TILE_ROWS } from './tile'

/** A tile reads whole vectors and whole columns of six: this much past the end of what it needs. */
export const SLACK: usize = 64

/** Channels of a packed filter: tiles take eight at a time. */
export function padded8(channels: i32): usize {
  return <usize>(channels + 7) & ~7
}

/**
 * How many bytes of scratch memory each of the kernels of convolutions needs.
 *
 * @param paddedPixels of one image with its padding
 * @param outputPixels of one image
 * @param taps height × width of the filter
 */
export function convolutionScratch(
  paddedPixels: i32,
  outputPixels: i32,
  taps: i32,
  channelsIn: i32,
  channelsOut: i32,
): usize {
  const image = <usize>paddedPixels * <usize>max(channelsIn, channelsOut) * 4
  const filter =
    <usize>taps * max(<usize>channelsIn * padded8(channelsOut), <usize>channelsOut * padded8(channelsIn)) * 4
  const output = <usize>outputPixels * padded8(channelsOut) * 4
  const offsets = <usize>(max(paddedPixels, outputPixels) + TILE_ROWS) * 4
  return TILE_BYTES + image + SLACK + filter + output + offsets + SLACK
}
