import { SLACK } from './convolution-scratch'
import { packRows } from './pack'
import { placeImage } from './padded-image'
import { clearTile, copyTile, TILE_BYTES, TILE_COLUMNS, TILE_ROWS, tileOfColumns } from './tile'

/**
 * The gradient for w: the product of xᵀ, of which every tap of the filter sees another part, and dy. Summed image by
 * image, while both are in the first cache.
 *
 * @param dw `[filterHeight, filterWidth, channelsIn, channelsOut]`; the other arguments as for `convolution`
 */
export function convolutionFilterGradient(
  x: usize,
  batch: i32,
  height: i32,
  width: i32,
  channelsIn: i32,
  dy: usize,
  outHeight: i32,
  outWidth: i32,
  channelsOut: i32,
  strideY: i32,
  strideX: i32,
  dilationY: i32,
  dilationX: i32,
  top: i32,
  left: i32,
  dw: usize,
  filterHeight: i32,
  filterWidth: i32,
  scratch: usize,
): void {
  const paddedHeight = (outHeight - 1) * strideY + (filterHeight - 1) * dilationY + 1
  const paddedWidth = (outWidth - 1) * strideX + (filterWidth - 1) * dilationX + 1
  const pixel = (<usize>channelsIn) << 2
  const tile = clearTile(scratch)
  const image = scratch + TILE_BYTES
  const imageBytes = <usize>(paddedHeight * paddedWidth) * pixel
  const panels = image + imageBytes + SLACK
  const row = <usize>paddedWidth * pixel
  const pixels = outHeight * outWidth
  // Without gaps between them, all that one row of the filter sees at a pixel are neighbours.
  const runs = dilationX == 1 ? 1 : filterWidth
  const run = dilationX == 1 ? filterWidth * channelsIn : channelsIn
  const dwStep = (<usize>channelsOut) << 2
  memory.fill(dw, 0, (<usize>(filterHeight * filterWidth * channelsIn * channelsOut)) << 2)
  memory.fill(image, 0, imageBytes + SLACK)
  for (let i = 0; i < batch; i++) {
    placeImage(x, height, width, channelsIn, image, paddedHeight, paddedWidth, top, left, 1, 1)
    packRows(dy, dwStep, pixels, channelsOut, panels)
    let dwHere = dw
    for (let fy = 0; fy < filterHeight; fy++) {
      for (let fx = 0; fx < runs; fx++) {
        const a = image + <usize>(fy * dilationY) * row + <usize>(fx * dilationX) * pixel
        for (let m = 0; m < run; m += TILE_ROWS) {
          const rows = min(run - m, TILE_ROWS)
          let panel = panels
          for (let channel = 0; channel < channelsOut; channel += TILE_COLUMNS) {
            const here = min(channelsOut - channel, TILE_COLUMNS)
            const whole = rows == TILE_ROWS && here == TILE_COLUMNS
            const c = dwHere + ((<usize>channel) << 2)
            if (!whole) copyTile(c, dwStep, tile, 32, rows, here)
            const to = whole ? c : tile
            const toStep = whole ? dwStep : 32
            const from = a + ((<usize>m) << 2)
            tileOfColumns(
              from,
              <usize>strideX * pixel,
              outHeight,
              <usize>strideY * row,
              outWidth,
              panel,
              32,
              to,
              toStep,
              to,
              toStep,
            )
            if (!whole) copyTile(tile, 32, c, dwStep, rows, here)
            panel += (<usize>pixels) << 5
          }
          dwHere += <usize>rows * dwStep
        }
      }
    }
    x += <usize>(height * width) * pixel
    dy += <usize>pixels * dwStep
  }
}
