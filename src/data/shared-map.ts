import type { AffineMap } from './affine-map.ts'

/**
 * A map that changes nothing until it is changed, and then for every thread that has a dataset with it: for what is not
 * known yet when the threads are started. Another process gets a copy, and its caller sends it the changes.
 */
export function createSharedMap(features: number): AffineMap {
  const bytes = features * Float64Array.BYTES_PER_ELEMENT
  return {
    shift: new Float64Array(new SharedArrayBuffer(bytes)),
    scale: new Float64Array(new SharedArrayBuffer(bytes)).fill(1),
  }
}

/** From here on `map` does what `to` does. A row that another thread reads meanwhile may get something of both. */
export function changeMap(map: AffineMap, to: AffineMap): void {
  map.shift.set(to.shift)
  map.scale.set(to.scale)
}
