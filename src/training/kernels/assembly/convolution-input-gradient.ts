import { padded8, SLACK } from './convolution-scratch'
import { placeImage } from './padded-image'
import { findOffsets, slideFilter } from './slide-filter'
import { TILE_BYTES } from './tile'

/**
 * The gradient for x: a convolution, with stride 1, of dy, whose pixels are set apart by the stride, with the filter
 * turned by 180° and its channels exchanged.
 *
 * @param dx `[batch, height, width, channelsIn]`; the other arguments as for `convolution`
 */
export function convolutionInputGradient(
  dy: usize,
  batch: i32,
  outHeight: i32,
  outWidth: i32,
  channelsOut: i32,
  w: usize,
  filterHeight: i32,
  filterWidth: i32,
  strideY: i32,
  strideX: i32,
  dilationY: i32,
  dilationX: i32,
  top: i32,
  left: i32,
  dx: usize,
  height: i32,
  width: i32,
  channelsIn: i32,
  scratch: usize,
): void {
  const reachY = (filterHeight - 1) * dilationY
  const reachX = (filterWidth - 1) * dilationX
  const paddedHeight = height + reachY
  const paddedWidth = width + reachX
  const image = scratch + TILE_BYTES
  const imageBytes = (<usize>(paddedHeight * paddedWidth * channelsOut)) << 2
  const panels = image + imageBytes + SLACK
  const offsets = panels + ((<usize>(filterHeight * filterWidth * channelsOut) * padded8(channelsIn)) << 2)
  packTurned(w, filterHeight * filterWidth, channelsIn, channelsOut, panels)
  findOffsets(height, width, (paddedWidth * channelsOut) << 2, channelsOut << 2, offsets)
  memory.fill(image, 0, imageBytes)
  for (let i = 0; i < batch; i++) {
    placeImage(
      dy,
      outHeight,
      outWidth,
      channelsOut,
      image,
      paddedHeight,
      paddedWidth,
      reachY - top,
      reachX - left,
      strideY,
      strideX,
    )
    slideFilter(
      image,
      paddedWidth,
      channelsOut,
      panels,
      filterHeight,
      filterWidth,
      dilationY,
      dilationX,
      0,
      dx,
      height * width,
      offsets,
      channelsIn,
      scratch,
    )
    dy += (<usize>(outHeight * outWidth * channelsOut)) << 2
    dx += (<usize>(height * width * channelsIn)) << 2
  }
}

/** Packs w, `[taps, in, out]`, as `[in / 8, taps from the last to the first, out, 8]`. */
function packTurned(w: usize, taps: i32, channelsIn: i32, channelsOut: i32, to: usize): void {
  for (let channel = 0; channel < channelsIn; channel += 8) {
    for (let tap = taps - 1; tap >= 0; tap--) {
      for (let out = 0; out < channelsOut; out++) {
        for (let i = 0; i < 8; i++) {
          const from = w + ((<usize>((tap * channelsIn + channel + i) * channelsOut + out)) << 2)
          f32.store(to, channel + i < channelsIn ? f32.load(from) : 0)
          to += 4
        }
      }
    }
  }
}
