/** Points of a path, flat: `[x0, y0, x1, y1, …]`. */
export type Path = readonly number[]

/** Chords per span of a curve: at 28 pixels a digit's spans are some ten pixels long, so three pixels a chord. */
const CHORDS_PER_SPAN = 4

/**
 * A polyline along the uniform Catmull-Rom spline through the points of `path`. It passes through every point, and moving
 * one bends the stroke only nearby (Catmull and Rom, "A class of local interpolating splines", 1974).
 */
export function smooth(path: Path): number[] {
  const last = path.length / 2 - 1
  const at = (point: number, axis: number) => path[2 * Math.min(Math.max(point, 0), last) + axis] as number
  const result = [at(0, 0), at(0, 1)]
  for (let span = 0; span < last; span++) {
    for (let chord = 1; chord <= CHORDS_PER_SPAN; chord++) {
      const t = chord / CHORDS_PER_SPAN
      for (const axis of [0, 1]) {
        const [a, b, c, d] = [at(span - 1, axis), at(span, axis), at(span + 1, axis), at(span + 2, axis)]
        result.push(b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a))))
      }
    }
  }
  return result
}

/**
 * Draws a polyline with a round pen: each pixel takes the larger of what it holds and `radius + ½ - distance`, clamped to
 * [0, 1], where the distance is to the nearest point of the polyline. This is one pixel of antialiasing.
 *
 * @param image `[size, size]`, row after row; pixel (x, y) has its centre at (x, y)
 * @param path in pixels
 * @param radius of the pen, in pixels
 */
export function draw(image: Float32Array, size: number, path: Path, radius: number): void {
  const reach = radius + 0.5
  for (let i = 0; i + 3 < path.length; i += 2) {
    const [ax, ay, bx, by] = path.slice(i, i + 4) as [number, number, number, number]
    const dx = bx - ax
    const dy = by - ay
    const lengthSquared = dx * dx + dy * dy
    const left = Math.max(0, Math.ceil(Math.min(ax, bx) - reach))
    const right = Math.min(size - 1, Math.floor(Math.max(ax, bx) + reach))
    const top = Math.max(0, Math.ceil(Math.min(ay, by) - reach))
    const bottom = Math.min(size - 1, Math.floor(Math.max(ay, by) + reach))
    for (let y = top; y <= bottom; y++) {
      for (let x = left; x <= right; x++) {
        const along = lengthSquared === 0 ? 0 : ((x - ax) * dx + (y - ay) * dy) / lengthSquared
        const t = along < 0 ? 0 : Math.min(along, 1)
        const ex = x - ax - t * dx
        const ey = y - ay - t * dy
        const ink = reach - Math.sqrt(ex * ex + ey * ey)
        const pixel = y * size + x
        if (ink > (image[pixel] as number)) image[pixel] = Math.min(ink, 1)
      }
    }
  }
}
