import { InvalidArgumentError } from 'commander'

const SECOND = 1_000
const DAY = 86_400 * SECOND

/** How long an invitation for whoever holds it lasts, where nobody says: it will be in the logs of chats, and lie about. */
export const BEARER_LASTS_MS = 7 * DAY

/** Milliseconds of the units in which people count. */
const UNITS: Readonly<Record<string, number>> = { m: 60 * SECOND, h: 3_600 * SECOND, d: DAY, w: 7 * DAY }

/** A day, with a time of day or without, here or in a zone that it names. */
const DATE = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(Z|[+-]\d{2}:\d{2})?)?$/

const EXPECTED =
  'Expected a day such as 2026-12-31, one with a time such as 2026-12-31T18:00, or how long, such as 7d or 12h.'

/**
 * When something ends: `2026-12-31` at the end of that day, `2026-12-31T18:00` by the clock here, or with Z or +01:00 behind it by that
 * zone's; `30m`, `12h`, `7d`, `2w` from now on.
 *
 * @param now in milliseconds since 1970, as the answer
 */
export function until(text: string, now = Date.now()): number {
  const end = fromNow(text, now) ?? onTheCalendar(text)
  if (end === undefined || !Number.isSafeInteger(end)) throw new InvalidArgumentError(EXPECTED)
  if (end <= now) throw new InvalidArgumentError('Expected what is still to come: this is past.')
  return end
}

function fromNow(text: string, now: number): number | undefined {
  const [, amount, unit] = /^(\d{1,6})([mhdw])$/.exec(text) ?? []
  return amount === undefined ? undefined : now + Number(amount) * UNITS[unit]
}

function onTheCalendar(text: string): number | undefined {
  const [, day, time, zone = ''] = DATE.exec(text) ?? []
  if (day === undefined) return undefined
  // Date would take the 31st of February for the 3rd of March.
  const isThere = !Number.isNaN(Date.parse(day)) && new Date(day).toISOString().startsWith(day)
  if (!isThere) return undefined
  return Date.parse(time === undefined ? `${day}T23:59:59` : `${day}T${time}${zone}`)
}

/** `2026-12-31 at 18:00 UTC`: who reads it may be in another time zone. */
export function dateAndTime(milliseconds: number): string {
  const [date, time] = new Date(milliseconds).toISOString().split('T')
  return `${date} at ${time.slice(0, 5)} UTC`
}
