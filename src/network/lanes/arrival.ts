import type { Stream } from '@libp2p/interface'
import { PREAMBLE_BYTES } from './constants.ts'

/** What has come on streams that were open at the same time. */
export interface Arrived {
  readonly bytes: number
  /** Bytes a millisecond, from the first that was more than an agreement on the last. */
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
  let began: number | undefined
  let last = 0

  function came(more: number): void {
    bytes += more
    last = now()
    // Before that two agree on what is to come, for which one may wait for the other.
    if (bytes > PREAMBLE_BYTES) began ??= last
  }

  return {
    watch(stream) {
      open++
      stream.addEventListener('message', ({ data }) => came(data.byteLength))
      stream.addEventListener('close', () => {
        if (--open > 0) return
        const arrived = { bytes, rate: bytes / (last - (began ?? last)) }
        bytes = 0
        began = undefined
        ended(arrived)
      })
    },
  }
}
