import type { Random } from '../../src/random/random.ts'
import { STEP_MS } from '../defaults.ts'
import { parseDelay } from '../delay.ts'
import type { Bandwidth, Stragglers } from '../environment.ts'

/** How long things take. */
export interface Pace {
  /** One-way delay of a message, in a form that {@link parseDelay} reads. */
  readonly delay: string
  readonly bandwidth: Bandwidth | undefined
  readonly stragglers: Stragglers | undefined
}

/** A round takes as long as its slowest message; the slowest of so many stands for the slowest of more. */
const MOST_DRAWS = 1_000

const BITS_PER_BYTE = 8
const BITS_PER_MEGABIT = 1e6

/** The traffic of a round. */
export interface SentInRound {
  readonly messages: number
  /** Bytes of the peer that sent most. */
  readonly mostBytes: number
  /** Bytes of the largest message. */
  readonly largestMessage: number
}

/**
 * Virtual seconds of a round in which everybody waits for everybody: the local steps of the slowest peer, then the slowest
 * message, and what the busiest peer or link has to send. Stragglers, where there are any, are always the slowest.
 */
export function createRoundClock(
  { delay, bandwidth, stragglers }: Pace,
  random: Random,
): (steps: number, sent: SentInRound) => number {
  const draw = parseDelay(delay)
  const training = stragglers?.training ?? 1
  const links = stragglers?.links ?? 1

  function onTheWay({ messages, mostBytes, largestMessage }: SentInRound): number {
    let slowest = 0
    for (let k = 0; k < Math.min(messages, MOST_DRAWS); k++) slowest = Math.max(slowest, draw(random))
    const sending = Math.max(secondsOf(mostBytes, bandwidth?.host), secondsOf(largestMessage, bandwidth?.link))
    return slowest / 1_000 + sending
  }

  return (steps, sent) => (steps * STEP_MS * training) / 1_000 + (sent.messages === 0 ? 0 : links * onTheWay(sent))
}

/** @param rate Mbit/s; any amount at once where undefined */
function secondsOf(bytes: number, rate: number | undefined): number {
  return rate === undefined ? 0 : (bytes * BITS_PER_BYTE) / (rate * BITS_PER_MEGABIT)
}
