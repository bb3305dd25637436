import { FOLDED_MS, LEAST_GAIN, LONG_ROUND_TRIP_MS, SLOW_MS, TELLING_BYTES, TRIALS } from './constants.ts'

/** A stream with a member that has ended. */
export interface Ended {
  /** That it has brought here. */
  readonly bytes: number
  /** Bytes a millisecond, while they came. */
  readonly rate: number
  /** Lanes over which it went; 0: the connection alone. */
  readonly lanes: number
  /** Of the connection, in milliseconds; undefined where it was not measured yet. */
  readonly roundTrip: number | undefined
}

/**
 * Whether lanes to a member are worth having. One TCP connection over a long path on which packets are lost carries a part of what the path does,
 * about 1.2 packets a round trip divided by the square root of the loss (Mathis and others, "The macroscopic behavior of the TCP congestion
 * avoidance algorithm", 1997), and several carry several times that. Over a narrow path they carry no more than one, and take from others: so
 * they are tried, and folded where they bring nothing.
 */
export interface LaneChoice {
  /** @returns whether lanes are wanted, or have just proved to bring nothing; undefined where nothing has changed */
  ended(stream: Ended): 'wanted' | 'worthless' | undefined
}

/** @param now of a clock that never goes back, in milliseconds */
export function createLaneChoice(now: () => number = () => performance.now()): LaneChoice {
  /** What the connection carried by itself when lanes were begun, in bytes a millisecond. */
  let alone: number | undefined
  let best = 0
  let trials = 0
  let folded = Number.NEGATIVE_INFINITY

  function isWorthATrial({ bytes, rate, lanes, roundTrip }: Ended): boolean {
    const isSlow = bytes / rate >= SLOW_MS && (roundTrip ?? 0) >= LONG_ROUND_TRIP_MS
    return isSlow && lanes === 0 && now() - folded >= FOLDED_MS
  }

  function isWorthless(single: number, rate: number): boolean {
    best = Math.max(best, rate)
    return ++trials >= TRIALS && best < LEAST_GAIN * single
  }

  return {
    ended(stream) {
      const { bytes, rate, lanes } = stream
      if (bytes < TELLING_BYTES) return undefined
      if (alone === undefined) {
        if (!isWorthATrial(stream)) return undefined
        alone = rate
        best = 0
        trials = 0
      } else if (lanes > 0 && isWorthless(alone, rate)) {
        alone = undefined
        folded = now()
        return 'worthless'
      }
      return 'wanted'
    },
  }
}
