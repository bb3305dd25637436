/**
 * The gradient of max pooling: each dy goes to the first pixel of its window, row by row, that is the maximum.
 *
 * @param dy `[batch, outHeight, outWidth, channels]`
 * @param x `[batch, height, width, channels]`
 * @param y as dy: the maxima
 * @param dx as x
 */
export function maxPoolGradient(
  dy: usize,
  x: usize,
  y: usize,
  dx: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  outHeight: i32,
  outWidth: i32,
  filterHeight: i32,
  filterWidth: i32,
  strideY: i32,
  strideX: i32,
  dilationY: i32,
  dilationX: i32,
  top: i32,
  left: i32,
): void {
  const pixel = (<usize>channels) << 2
  const whole = pixel & ~15
  const tapStep = <usize>dilationX * pixel
  const rowStep = <usize>(dilationY * width) * pixel
  memory.fill(dx, 0, <usize>(batch * height * width) * pixel)
  for (let i = 0; i < batch; i++) {
    for (let oy = 0; oy < outHeight; oy++) {
      const yTop = oy * strideY - top
      const fyFirst = firstInside(yTop, dilationY)
      const fyEnd = endInside(yTop, dilationY, filterHeight, height)
      for (let ox = 0; ox < outWidth; ox++) {
        const xLeft = ox * strideX - left
        const fxFirst = firstInside(xLeft, dilationX)
        const fxEnd = endInside(xLeft, dilationX, filterWidth, width)
        const corner = <usize>((i * height + yTop + fyFirst * dilationY) * width + xLeft + fxFirst * dilationX) * pixel
        let at: usize = 0
        for (; at < whole; at += 16) {
          const maximum = v128.load(y + at)
          let left4 = v128.load(dy + at)
          for (let fy = fyFirst, row = corner + at; fy < fyEnd; fy++, row += rowStep) {
            let here = row
            for (let fx = fxFirst; fx < fxEnd; fx++) {
              const equal = f32x4.eq(v128.load(x + here), maximum)
              v128.store(dx + here, f32x4.add(v128.load(dx + here), v128.and(left4, equal)))
              left4 = v128.andnot(left4, equal)
              here += tapStep
            }
          }
        }
        for (; at < pixel; at += 4) {
          const maximum = f32.load(y + at)
          let left1 = f32.load(dy + at)
          for (let fy = fyFirst, row = corner + at; fy < fyEnd; fy++, row += rowStep) {
            let here = row
            for (let fx = fxFirst; fx < fxEnd; fx++) {
              if (f32.load(x + here) == maximum) {
                f32.store(dx + here, f32.load(dx + here) + left1)
                left1 = 0
              }
              here += tapStep
            }
          }
        }
        dy += pixel
        y += pixel
      }
    }
  }
}

/**
 * The gradient of average pooling: each dy is shared out among the pixels of its window that are inside the image.
 * Arguments as for {@link maxPoolGradient}.
 */
export function averagePoolGradient(
  dy: usize,
  dx: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  outHeight: i32,
  outWidth: i32,
  filterHeight: i32,
  filterWidth: i32,
  strideY: i32,
  strideX: i32,
  dilationY: i32,
  dilationX: i32,
  top: i32,
  left: i32,
): void {
  const pixel = (<usize>channels) << 2
  const whole = pixel & ~15
  const tapStep = <usize>dilationX * pixel
  const rowStep = <usize>(dilationY * width) * pixel
  memory.fill(dx, 0, <usize>(batch * height * width) * pixel)
  for (let i = 0; i < batch; i++) {
    for (let oy = 0; oy < outHeight; oy++) {
      const yTop = oy * strideY - top
      const fyFirst = firstInside(yTop, dilationY)
      const fyEnd = endInside(yTop, dilationY, filterHeight, height)
      for (let ox = 0; ox < outWidth; ox++) {
        const xLeft = ox * strideX - left
        const fxFirst = firstInside(xLeft, dilationX)
        const fxEnd = endInside(xLeft, dilationX, filterWidth, width)
        const corner = <usize>((i * height + yTop + fyFirst * dilationY) * width + xLeft + fxFirst * dilationX) * pixel
        const share = <f32>1 / <f32>max((fyEnd - fyFirst) * (fxEnd - fxFirst), 1)
        const share4 = f32x4.splat(share)
        for (let fy = fyFirst, row = corner; fy < fyEnd; fy++, row += rowStep) {
          let here = dx + row
          for (let fx = fxFirst; fx < fxEnd; fx++) {
            let at: usize = 0
            for (; at < whole; at += 16) {
              v128.store(here + at, f32x4.add(v128.load(here + at), f32x4.mul(v128.load(dy + at), share4)))
            }
            for (; at < pixel; at += 4) f32.store(here + at, f32.load(here + at) + f32.load(dy + at) * share)
            here += tapStep
          }
        }
        dy += pixel
      }
    }
  }
}

/** The first tap of a window that is not before the image. */
function firstInside(start: i32, dilation: i32): i32 {
  return start >= 0 ? 0 : (dilation - 1 - start) / dilation
}

/** The tap after the last that is not behind the image. */
function endInside(start: i32, dilation: i32, taps: i32, size: i32): i32 {
  return max(min(taps, (size - start + dilation - 1) / dilation), 0)
}
