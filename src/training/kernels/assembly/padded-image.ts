/**
 * Copies an image into the zeros of a larger one.
 *
 * @param top, left where it begins there; parts that lie outside are left out
 * @param stepY, stepX how far apart its pixels come to lie
 */
export function placeImage(
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
