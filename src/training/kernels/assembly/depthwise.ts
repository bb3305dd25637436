import { multiplyAdd } from './fused-multiply-add'

/**
 * One of the gradients of a depthwise convolution, y[b, oy, ox, c m + q] = Σ x[b, …, c] w[fy, fx, c, q] with m
 * multiples of each channel.
 *
 * @param forInput whether x's gradient is computed from w, else w's from x
 * @param x `[batch, height, width, channels]`, or its gradient
 * @param w `[filterHeight, filterWidth, channels, multiples]`, or its gradient
 * @param dy `[batch, outHeight, outWidth, channels × multiples]`
 */
export function depthwiseGradient(
  forInput: bool,
  x: usize,
  w: usize,
  dy: usize,
  batch: i32,
  height: i32,
  width: i32,
  channels: i32,
  multiples: i32,
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
  const outPixel = pixel * <usize>multiples
  if (forInput) memory.fill(x, 0, <usize>(batch * height * width) * pixel)
  else memory.fill(w, 0, <usize>(filterHeight * filterWidth) * outPixel)
  for (let i = 0; i < batch; i++) {
    for (let oy = 0; oy < outHeight; oy++) {
      for (let fy = 0; fy < filterHeight; fy++) {
        const inY = oy * strideY + fy * dilationY - top
        if (inY < 0 || inY >= height) continue
        for (let ox = 0; ox < outWidth; ox++) {
          const dyHere = dy + <usize>((i * outHeight + oy) * outWidth + ox) * outPixel
          for (let fx = 0; fx < filterWidth; fx++) {
            const inX = ox * strideX + fx * dilationX - left
            if (inX < 0 || inX >= width) continue
            const xHere = x + <usize>((i * height + inY) * width + inX) * pixel
            const wHere = w + <usize>(fy * filterWidth + fx) * outPixel
            if (forInput) {
              if (multiples == 1) multiplyInto(xHere, wHere, dyHere, channels)
              else gatherInto(xHere, wHere, dyHere, channels, multiples)
            } else {
              if (multiples == 1) multiplyInto(wHere, xHere, dyHere, channels)
              else spreadInto(wHere, xHere, dyHere, channels, multiples)
            }
          }
        }
      }
    }
  }
}

/** sum[c] += a[c] b[c] */
function multiplyInto(sum: usize, a: usize, b: usize, channels: i32): void {
  let c = 0
  for (; c + 4 <= channels; c += 4) {
    v128.store(sum, multiplyAdd(v128.load(a), v128.load(b), v128.load(sum)))
    sum += 16
    a += 16
    b += 16
  }
  for (; c < channels; c++) {
    f32.store(sum, f32.load(sum) + f32.load(a) * f32.load(b))
    sum += 4
    a += 4
    b += 4
  }
}

/** x[c] += Σ_q a[c, q] b[c, q] */
function gatherInto(x: usize, a: usize, b: usize, channels: i32, multiples: i32): void {
  for (let c = 0; c < channels; c++) {
    let sum = f32.load(x)
    for (let q = 0; q < multiples; q++) {
      sum += f32.load(a) * f32.load(b)
      a += 4
      b += 4
    }
    f32.store(x, sum)
    x += 4
  }
}

/** sum[c, q] += x[c] b[c, q] */
function spreadInto(sum: usize, x: usize, b: usize, channels: i32, multiples: i32): void {
  for (let c = 0; c < channels; c++) {
    const value = f32.load(x)
    for (let q = 0; q < multiples; q++) {
      f32.store(sum, f32.load(sum) + value * f32.load(b))
      sum += 4
      b += 4
    }
    x += 4
  }
}
