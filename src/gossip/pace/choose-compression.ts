/**
 * `--compression auto`: the compression that loses least among those with which an exchange fits into its share of the time
 * between two exchanges.
 *
 * Together with `auto` local steps (`interval.ts`) the work is divided so: first compress, then stretch. Compression aims at
 * the interval that a recipe has by default, and keeps exchanges from taking longer than their share of that; where the most
 * lossy compression does not suffice, or compressing would not help, the interval becomes longer. Aimed at the interval as it is, it
 * would find every exchange to fit, since that is what the interval is made for.
 *
 * @packageDocumentation
 */

import type { Codec } from '../../parameters/codecs/codec.ts'
import { faithfulCodecs } from '../../parameters/codecs/registry.ts'
import { FRAME_FLOATS } from '../../parameters/constants.ts'
import { AUTO_COMPRESSION, type Recipe, stepsPerRound } from '../../recipe/recipe.ts'
import {
  AUTO_COMFORT,
  AUTO_EXCHANGE_RATIO,
  AUTO_FEWEST_EXCHANGES,
  AUTO_OBVIOUS,
  AUTO_REMEMBERED_EXCHANGES,
  AUTO_WORTHWHILE,
} from './constants.ts'
import { createExchangeTime, type TimeOfBytes } from './exchange-time.ts'
import type { Observer } from './observations.ts'
import { createRecent } from './recent.ts'

/** A compression, and one sentence for people that says why. */
export interface Choice {
  readonly codec: Codec
  readonly reason: string
}

/** One peer's choice, as it goes on. */
export interface CompressionChoice extends Required<Pick<Observer, 'intervalEnded' | 'exchanged'>> {
  /** For the exchange that begins now; another object where another was picked. */
  now(): Choice
}

/** The measurements that the choice follows from. */
export interface Measured extends TimeOfBytes {
  /** Milliseconds of local training between two exchanges. */
  readonly interval: number
}

/**
 * From what loses nothing to what loses most. Not those that say only some places: with unlike data they cost ten points of accuracy and
 * more (decision 007), and a user who asks for `auto` has not asked for that.
 */
const LADDER = faithfulCodecs

/** @returns undefined where the recipe names a codec */
export function createAutoCompression(
  settings: {
    readonly compression: string
    readonly localSteps: Recipe['exchange']['localSteps']
    /** Into how many the parameters are cut, of which an exchange carries one. */
    readonly fragments: number
  },
  parameters: number,
): CompressionChoice | undefined {
  if (settings.compression !== AUTO_COMPRESSION) return undefined
  return createCompressionChoice(settings.localSteps, Math.ceil(parameters / settings.fragments))
}

/** @param elements of the parameters that an exchange carries */
export function createCompressionChoice(
  localSteps: Recipe['exchange']['localSteps'],
  elements: number,
): CompressionChoice {
  const times = createExchangeTime()
  const stepTimes = createRecent(AUTO_REMEMBERED_EXCHANGES)
  let choice: Choice = { codec: LADDER[0], reason: `${LADDER[0].name}: nothing has been measured yet` }
  let judged = false
  let sinceChange = 0

  /** Whether every exchange since the last change took far too long. */
  const isObvious = (interval: number) =>
    sinceChange > 0 && times.least(sinceChange) > AUTO_OBVIOUS * AUTO_EXCHANGE_RATIO * interval

  function reconsider(): void {
    const time = times.estimate()
    if (time === undefined || stepTimes.count === 0) return
    const interval = stepsPerRound(localSteps) * stepTimes.median()
    if (sinceChange < AUTO_FEWEST_EXCHANGES && !isObvious(interval)) return
    const next = chooseCompression(elements, { ...time, interval }, choice.codec)
    if (judged && next.codec === choice.codec) return
    if (next.codec !== choice.codec) sinceChange = 0
    judged = true
    choice = next
  }

  return {
    now: () => choice,
    intervalEnded: (steps, milliseconds) => stepTimes.add(milliseconds / steps),
    exchanged(bytes, milliseconds, roundTrip) {
      times.took(bytes, milliseconds, roundTrip)
      sinceChange++
      reconsider()
    },
  }
}

/**
 * The least lossy with which an exchange takes at most {@link AUTO_EXCHANGE_RATIO} of the interval, or not much longer than with
 * the most lossy: where round trips and disks are what takes the time, compressing would cost accuracy and gain nothing. One
 * that loses less than the current one has to be clearly within these limits.
 *
 * @param elements of the parameters that an exchange carries
 * @param current the compression in use; default: the one that loses nothing
 */
export function chooseCompression(elements: number, measured: Measured, current = LADDER[0]): Choice {
  const { fixed, perByte, interval } = measured
  const steps = LADDER.map(codec => {
    const bytes = exchangeBytes(codec, elements)
    return { codec, bytes, milliseconds: fixed + perByte * bytes }
  })
  const least = steps[steps.length - 1]
  const share = AUTO_EXCHANGE_RATIO * interval
  const limit = Math.max(share, AUTO_WORTHWHILE * least.milliseconds)
  const held = LADDER.indexOf(current)
  const picked = steps.find(({ milliseconds }, i) => milliseconds <= (i < held ? AUTO_COMFORT : 1) * limit) ?? least

  const [whole] = steps
  const at = perByte > 0 ? `at ${size(1_000 / perByte)}/s ` : ''
  const needs = picked === whole ? 'takes' : 'would take'
  const between = `${seconds(interval)} between two exchanges`
  const uncompressed = `${at}a whole exchange of ${size(whole.bytes)} ${needs} ${seconds(whole.milliseconds)} of the ${between}`
  const saved =
    picked === whole ? '' : `; ${picked.codec.name} makes it ${size(picked.bytes)} and ${seconds(picked.milliseconds)}`
  const short = picked.milliseconds <= share ? '' : ', and no compression makes it much shorter'
  return { codec: picked.codec, reason: `${picked.codec.name}: ${uncompressed}${saved}${short}` }
}

/** The most bytes that an exchange of so many elements carries, both directions together, without headers. */
function exchangeBytes(codec: Codec, elements: number): number {
  const frameBytes = (length: number) => 2 * codec.maximumBytes(length)
  return Math.floor(elements / FRAME_FLOATS) * frameBytes(FRAME_FLOATS) + frameBytes(elements % FRAME_FLOATS)
}

function size(bytes: number): string {
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`
}

function seconds(milliseconds: number): string {
  return milliseconds < 1_000 ? `${(milliseconds / 1_000).toPrecision(2)} s` : `${(milliseconds / 1_000).toFixed(1)} s`
}
