import { clearTile, copyTile, TILE_COLUMNS, TILE_ROWS, tileOfRows } from './tile'

/**
 * Writes for each pixel of the output where the part of a padded image begins that the filter sees, and five times more
 * for the last, because tiles that are not full compute it again.
 */
export function findOffsets(outHeight: i32, outWidth: i32, stepY: i32, stepX: i32, to: usize): void {
  let last = 0
  for (let y = 0; y < outHeight; y++) {
    for (let x = 0; x < outWidth; x++) {
      last = y * stepY + x * stepX
      i32.store(to, last)
      to += 4
    }
  }
  for (let i = 1; i < TILE_ROWS; i++) {
    i32.store(to, last)
    to += 4
  }
}

/**
 * The sum over a filter's taps, for every pixel of the output of one image: each tile of C is six output pixels by
 * eight channels.
 *
 * @param image padded, `[…, paddedWidth, channels]`
 * @param panels the filter as panels, `[panels, taps × channels, 8]`
 * @param bias `[channelsOut]`, or 0
 * @param pixels of the output
 * @param offsets as {@link findOffsets} writes them
 */
export function slideFilter(
  image: usize,
  paddedWidth: i32,
  channels: i32,
  panels: usize,
  filterHeight: i32,
  filterWidth: i32,
  dilationY: i32,
  dilationX: i32,
  bias: usize,
  output: usize,
  pixels: i32,
  offsets: usize,
  channelsOut: i32,
  scratch: usize,
): void {
  const zeros = scratch
  const tile = clearTile(scratch)
  const pixel = (<usize>channels) << 2
  const row = <usize>paddedWidth * pixel
  const outPixel = (<usize>channelsOut) << 2
  const panelBytes = (<usize>(filterHeight * filterWidth * channels)) << 5
  // Without gaps between them, the pixels under one row of the filter are one run.
  const innerRuns = dilationX == 1 ? 1 : filterWidth
  const innerStep = <usize>dilationX * pixel
  const run = dilationX == 1 ? <usize>filterWidth * pixel : pixel
  const outerStep = <usize>dilationY * row

  for (let channel = 0; channel < channelsOut; channel += TILE_COLUMNS) {
    const here = min(channelsOut - channel, TILE_COLUMNS)
    for (let first = 0; first < pixels; first += TILE_ROWS) {
      // The last tile overlaps the one before it, where there is one: the same pixels get the same values again.
      const p = max(min(first, pixels - TILE_ROWS), 0)
      const rows = min(pixels - p, TILE_ROWS)
      const from = offsets + ((<usize>p) << 2)
      const a0 = image + <usize>i32.load(from)
      const a1 = image + <usize>i32.load(from, 4)
      const a2 = image + <usize>i32.load(from, 8)
      const a3 = image + <usize>i32.load(from, 12)
      const a4 = image + <usize>i32.load(from, 16)
      const a5 = image + <usize>i32.load(from, 20)
      const c = output + <usize>p * outPixel + ((<usize>channel) << 2)
      const whole = rows == TILE_ROWS && here == TILE_COLUMNS
      let init = zeros
      if (bias != 0) {
        init = bias + ((<usize>channel) << 2)
        if (here < TILE_COLUMNS) {
          // The first row of the tile is overwritten only after it was read.
          copyTile(init, 0, tile, 32, 1, here)
          init = tile
        }
      }
      tileOfRows(
        a0,
        a1,
        a2,
        a3,
        a4,
        a5,
        filterHeight,
        outerStep,
        innerRuns,
        innerStep,
        run,
        panels,
        init,
        0,
        whole ? c : tile,
        whole ? outPixel : 32,
      )
      if (!whole) copyTile(tile, 32, c, outPixel, rows, here)
    }
    panels += panelBytes
  }
}
