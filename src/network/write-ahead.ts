import {
  UNFELT_BYTES,
  WRITE_AHEAD_BYTES,
  WRITE_AHEAD_FIRST_BYTES,
  WRITE_AHEAD_LEAST_BYTES,
  WRITE_AHEAD_MS,
} from './constants.ts'

/**
 * How much may wait for a connection. Over a fast link a lot, for whole packets; over a slow one no more than it carries in {@link WRITE_AHEAD_MS},
 * because whatever else is said over the same connection has to wait for it: answers, announcements, another exchange.
 */
export interface WriteAhead {
  /** Bytes that may wait. */
  bytes(): number
  /** Bytes of a piece that is written at once: a quarter of those, so that the next one is there before the last has gone. */
  piece(): number
  /**
   * A piece is handed on.
   *
   * @param hasWaited whether there was no room for it at first
   */
  wrote(bytes: number, hasWaited: boolean): void
}

const PIECES = 4

/** Links change: what was carried longer ago tells nothing. In multiples of {@link WRITE_AHEAD_MS}. */
const REMEMBERED = 20

/** @param now of a clock that never goes back, in milliseconds */
export function createWriteAhead(now: () => number = () => performance.now()): WriteAhead {
  let ahead = WRITE_AHEAD_FIRST_BYTES
  /** From one wait to another, what was written is what has left, but for what some buffer has taken between. */
  let full: { readonly since: number; written: number } | undefined
  /** Bytes for which there was room at once, one after the other. */
  let atOnce = 0
  let last = now()

  function afterWait(): void {
    atOnce = 0
    full ??= { since: now(), written: 0 }
    const milliseconds = now() - full.since
    // Sooner over a fast link.
    if (milliseconds < WRITE_AHEAD_MS && (full.written < WRITE_AHEAD_BYTES || milliseconds === 0)) return
    const carried = (full.written / milliseconds) * WRITE_AHEAD_MS
    ahead = Math.min(Math.max(carried, WRITE_AHEAD_LEAST_BYTES), WRITE_AHEAD_BYTES)
    if (milliseconds > REMEMBERED * WRITE_AHEAD_MS) full = undefined
  }

  /** The system's buffers take little by themselves: what they take on and on has left. */
  function withoutWait(bytes: number): void {
    atOnce += bytes
    if (atOnce < UNFELT_BYTES) return
    ahead = Math.min(PIECES * ahead, WRITE_AHEAD_BYTES)
    atOnce = 0
  }

  return {
    bytes: () => ahead,
    piece: () => Math.ceil(ahead / PIECES),
    wrote(bytes, hasWaited) {
      // While nobody writes, nothing is carried.
      if (!hasWaited && now() - last > WRITE_AHEAD_MS) full = undefined
      last = now()
      if (hasWaited) afterWait()
      else withoutWait(bytes)
      if (full !== undefined) full.written += bytes
    },
  }
}
