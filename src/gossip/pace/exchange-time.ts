import { medianOf } from '../../averaging/medians.ts'
import { AUTO_OTHER_SIZE, AUTO_REMEMBERED_EXCHANGES, AUTO_ROUND_TRIPS } from './constants.ts'

/** An exchange of b bytes takes f + σ b. */
export interface TimeOfBytes {
  /** f, in milliseconds: round trips, disks, and whatever else compression does not shorten. */
  readonly fixed: number
  /** σ, in milliseconds per byte, both directions together. */
  readonly perByte: number
}

export interface ExchangeTime {
  /** An exchange of so many bytes, both directions together, took so long; one round trip in it took `roundTrip`. */
  took(bytes: number, milliseconds: number, roundTrip: number): void
  /** Undefined before one was heard; of fewer than three it may be far from what is usual. */
  estimate(): TimeOfBytes | undefined
  /** The shortest of the last so many, in milliseconds. */
  least(count: number): number
}

interface Exchanged {
  readonly bytes: number
  readonly milliseconds: number
  readonly roundTrip: number
}

/**
 * Tells apart, of the last exchanges, what they took for their bytes and what they took whatever their bytes.
 *
 * Exchanges that differ in bytes give f by the median of the slopes between any two of them (Theil 1950 and Sen 1968, "Estimates of the
 * Regression Coefficient Based on Kendall's Tau"), so that a straggler is one of many. If all have the same bytes, no figure can tell the
 * two apart: f stays what it was, and is a few round trips before it was known.
 */
export function createExchangeTime(): ExchangeTime {
  let recent: Exchanged[] = []
  /** f when it was last told apart. */
  let known: number | undefined

  return {
    took(bytes, milliseconds, roundTrip) {
      recent = [...recent, { bytes, milliseconds, roundTrip }].slice(-AUTO_REMEMBERED_EXCHANGES)
    },
    least: count => Math.min(...recent.slice(-count).map(({ milliseconds }) => milliseconds)),
    estimate() {
      if (recent.length === 0) return undefined
      known = fixedOf(recent) ?? known
      const usual = medianOf(recent.map(({ milliseconds }) => milliseconds))
      const roundTrip = medianOf(recent.map(({ roundTrip }) => roundTrip))
      // Whatever it was before, it is no more than all that an exchange takes now.
      const fixed = Math.min(known ?? AUTO_ROUND_TRIPS * roundTrip, usual)
      return { fixed, perByte: (usual - fixed) / Math.max(1, medianOf(recent.map(({ bytes }) => bytes))) }
    },
  }
}

/** f, in milliseconds; undefined where fewer than two exchanges have other bytes than the rest. */
function fixedOf(exchanges: readonly Exchanged[]): number | undefined {
  const slopes: number[] = []
  for (const [i, a] of exchanges.entries()) {
    for (const b of exchanges.slice(i + 1)) {
      if (Math.abs(a.bytes - b.bytes) <= AUTO_OTHER_SIZE * Math.max(a.bytes, b.bytes)) continue
      slopes.push((a.milliseconds - b.milliseconds) / (a.bytes - b.bytes))
    }
  }
  // Two exchanges that differ from all others have so many slopes.
  if (slopes.length === 0 || slopes.length < 2 * (exchanges.length - 2)) return undefined
  const slope = medianOf(slopes)
  return Math.max(0, medianOf(exchanges.map(({ bytes, milliseconds }) => milliseconds - slope * bytes)))
}
