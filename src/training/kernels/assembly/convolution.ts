import { packRows } from './pack'
import { clearTile, copyTile, TILE_BYTES, TILE_COLUMNS, TILE_ROWS, tileOfColumns, tileOfRows } from './tile'

/** A tile reads whole vectors and whole columns of six: this much past the end of what it needs. */
const SLACK: usize = 64

function padded8(channels: i32): usize {
  return <usize>(channels + 7) & ~7
}

/**
 * How many bytes of scratch memory each of the three kernels below needs.
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

/**
 * Copies an image into the zeros of a larger one.
 *
 * @param top, left where it begins there; parts that lie outside are left out
 * @param stepY, stepX how far apart its pixels come to lie
 */
function placeImage(
  image: usize,
  height: i32,
  width: i32,
  channels: i32,
  to: usize,
  toHeight: i32,
  toWidth: i32,
  top: i32,
  left: i32,
  stepY: i32,
  stepX: i32,
): void {
  const pixel = (<usize>channels) << 2
  for (let y = 0; y < height; y++) {
    const toY = top + y * stepY
    if (toY < 0 || toY >= toHeight) continue
    if (stepX == 1) {
      const first = max(0, -left)
      const last = min(width, toWidth - left)
      if (last <= first) continue
      memory.copy(
        to + <usize>(toY * toWidth + left + first) * pixel,
        image + <usize>(y * width + first) * pixel,
        <usize>(last - first) * pixel,
      )
    } else {
      for (let x = 0; x < width; x++) {
        const toX = left + x * stepX
        if (toX < 0 || toX >= toWidth) continue
        memory.copy(to + <usize>(toY * toWidth + toX) * pixel, image + <usize>(y * width + x) * pixel, pixel)
      }
    }
  }
}

/**
 * Writes for each pixel of the output where the part of a padded image begins that the filter sees, and five times more
 * for the last, because tiles that are not full compute it again.
 */
function findOffsets(outHeight: i32, outWidth: i32, stepY: i32, stepX: i32, to: usize): void {
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
function slideFilter(
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

/**
 * y = x ∗ w + bias.
 *
 * @param x `[batch, height, width, channelsIn]`
 * @param w `[filterHeight, filterWidth, channelsIn, channelsOut]`
 * @param bias `[channelsOut]`, or 0 for none
 * @param y `[batch, outHeight, outWidth, channelsOut]`
 * @param top, left rows and columns of zeros before the image
 * @param scratch of {@link convolutionScratch} bytes
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

/**
 * The gradient for x: a convolution, with stride 1, of dy, whose pixels are set apart by the stride, with the filter
 * turned by 180° and its channels exchanged.
 *
 * @param dx `[batch, height, width, channelsIn]`; the other arguments as for {@link convolution}
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

/**
 * The gradient for w: the product of xᵀ, of which every tap of the filter sees another part, and dy. Summed image by
 * image, while both are in the first cache.
 *
 * @param dw `[filterHeight, filterWidth, channelsIn, channelsOut]`; the other arguments as for {@link convolution}
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
