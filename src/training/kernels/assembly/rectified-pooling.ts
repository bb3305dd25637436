/**
 * The largest of each window of 2 × 2 pixels, or 0 where none is above it: max-pooling of what a rectifier gives. A last row
 * or column without a partner is left out.
 *
 * @param x `[batch, height, width, channels]`, channels a multiple of four
 * @param y `[batch, height / 2, width / 2, channels]`
 */
export function rectifiedMaxPool(x: usize, batch: i32, height: i32, width: i32, channels: i32, y: usize): void {
  const pixel = (<usize>channels) << 2
  const row = pixel * <usize>width
  const zero = f32x4.splat(0)
  for (let i = 0; i < batch; i++) {
    for (let oy = 0; oy < height >> 1; oy++) {
      let from = x + <usize>(2 * oy) * row
      for (let ox = 0; ox < width >> 1; ox++) {
        for (const end = from + pixel; from < end; from += 16) {
          const above = f32x4.pmax(v128.load(from), v128.load(from + pixel))
          const below = f32x4.pmax(v128.load(from + row), v128.load(from + row + pixel))
          v128.store(y, f32x4.pmax(f32x4.pmax(above, below), zero))
          y += 16
        }
        from += pixel
      }
    }
    x += <usize>height * row
  }
}
