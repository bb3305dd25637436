import type { Stream } from '@libp2p/interface'
import { STILL_MS } from './constants.ts'

/** What has come on streams that were open at the same time. */
export interface Arrived {
  readonly bytes: number
  /** Bytes a millisecond, of the time in which they came one after the other. */
  readonly rate: number
}

/** Takes note of what comes over a connection, or over several that are used as one. */
export interface Arrivals {
  /** A stream has been opened. */
  watch(stream: Pick<Stream, 'addEventListener'>): void
}

/**
 * @param ended is called whenever the last of the streams has ended
 * @param now of a clock that never goes back, in milliseconds
 */
export function createArrivals(
  ended: (arrived: Arrived) => void,
  now: () => number = () => performance.now(),
): Arrivals {
  let open = 0
  let bytes = 0
  let milliseconds = 0
  let last: number | undefined

  function came(more: number): void {
    // Who says nothing for longer has nothing to say.
    if (last !== undefined && now() - last < STILL_MS) milliseconds += now() - last
    last = now()
    bytes += more
  }

  return {
    watch(stream) {
      open++
      stream.addEventListener('message', ({ data }) => came(data.byteLength))
      stream.addEventListener('close', () => {
        if (--open > 0) return
        const arrived = { bytes, rate: bytes / milliseconds }
        bytes = 0
        milliseconds = 0
        last = undefined
        ended(arrived)
      })
    },
  }
}
