import { padded8, SLACK } from './convolution-scratch'
import { packRows } from './pack'
import { placeImage } from './padded-image'
import { findOffsets, slideFilter } from './slide-filter'
import { TILE_BYTES } from './tile'

/**
 * y = x ∗ w + bias.
 *
 * @param x `[batch, height, width, channelsIn]`
 * @param w `[filterHeight, filterWidth, channelsIn, channelsOut]`
 * @param bias `[channelsOut]`, or 0 for none
 * @param y `[batch, outHeight, outWidth, channelsOut]`
 * @param top, left rows and columns of zeros before the image
 * @param scratch of `convolutionScratch` bytes
 */
export function convolution(
  x: usize,
  batch: i32,
  height: i32,
  width: i32,
  channelsIn: i32,
  w: usize,
  filterHeight: i32,
  filterWidth: i32,
  strideY: i32,
  strideX: i32,
  dilationY: i32,
  dilationX: i32,
  top: i32,
  left: i32,
  bias: usize,
  y: usize,
  outHeight: i32,
  outWidth: i32,
  channelsOut: i32,
  scratch: usize,
): void {
  const paddedHeight = (outHeight - 1) * strideY + (filterHeight - 1) * dilationY + 1
  const paddedWidth = (outWidth - 1) * strideX + (filterWidth - 1) * dilationX + 1
  const k = filterHeight * filterWidth * channelsIn
  const image = scratch + TILE_BYTES
  const imageBytes = (<usize>(paddedHeight * paddedWidth * channelsIn)) << 2
  const panels = image + imageBytes + SLACK
  const offsets = panels + ((<usize>k * padded8(channelsOut)) << 2)
  packRows(w, (<usize>channelsOut) << 2, k, channelsOut, panels)
  findOffsets(outHeight, outWidth, (strideY * paddedWidth * channelsIn) << 2, (strideX * channelsIn) << 2, offsets)
  memory.fill(image, 0, imageBytes)
  for (let i = 0; i < batch; i++) {
    placeImage(x, height, width, channelsIn, image, paddedHeight, paddedWidth, top, left, 1, 1)
    slideFilter(
      image,
      paddedWidth,
      channelsIn,
      panels,
      filterHeight,
      filterWidth,
      dilationY,
      dilationX,
      bias,
      y,
      outHeight * outWidth,
      offsets,
      channelsOut,
      scratch,
    )
    x += (<usize>(height * width * channelsIn)) << 2
    y += (<usize>(outHeight * outWidth * channelsOut)) << 2
  }
}
