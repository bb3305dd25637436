/** How many of so many numbers a sparsifier keeps: the fraction, to the nearest, and at least one. */
export function keptOf(length: number, fraction: number): number {
  return Math.min(length, Math.max(1, Math.round(fraction * length)))
}
