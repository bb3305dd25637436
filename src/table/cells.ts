/**
 * What a cell's text means.
 *
 * @packageDocumentation
 */

const PLAIN = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i

/** A decimal number; NaN where the text is none. `Number` would take '', '0x1f' and 'Infinity' as well. */
export function numberOf(text: string): number {
  return PLAIN.test(text) ? Number(text) : Number.NaN
}

/** Whether a text is a number beyond all that can be reckoned with: `inf`, as pandas writes it, or 1e999. */
export function isInfinite(text: string): boolean {
  return /^[+-]?inf(?:inity)?$/i.test(text) || Math.abs(numberOf(text)) === Number.POSITIVE_INFINITY
}

/** Whether a text is a number with a currency or a percent sign: `12.5 %`, `$1,234.50`, `1.234,50 €`. */
export function isAmount(text: string): boolean {
  return /^[+-]?\d[\d.,' ]*(?:%|\p{Sc})$|^[+-]?\p{Sc}[+-]?\s?\d[\d.,' ]*$/u.test(text)
}

const YES = new Set(['true', 't', 'yes', 'y'])
const NO = new Set(['false', 'f', 'no', 'n'])

/** 1 or 0, which numbers say too, however they are written: 1.00; NaN where the text is neither yes nor no. */
export function yesNoOf(text: string): number {
  const word = text.toLowerCase()
  if (YES.has(word)) return 1
  if (NO.has(word)) return 0
  const value = numberOf(text)
  return value === 0 || value === 1 ? value : Number.NaN
}

/** Whether a text stands for nothing, of marks in lower case. */
export function isMissing(text: string, marks: ReadonlySet<string>): boolean {
  return text === '' || marks.has(text.toLowerCase())
}

/** Marks as {@link isMissing} takes them. */
export function missingMarks(marks: Iterable<string>): ReadonlySet<string> {
  return new Set(Array.from(marks, mark => mark.toLowerCase()))
}

/** A way of writing days and times: reads a text as seconds since 1970, UTC, or NaN where it is none. */
export interface DateFormat {
  /** How people write it: `dd.mm.yyyy`. */
  readonly form: string
  /** Seconds since the beginning of 1970, UTC; NaN where the text is no such date. */
  read(text: string): number
}

const TIME = String.raw`(?:[T ](?<hour>\d{1,2}):(?<minute>\d{2})(?::(?<second>\d{2}(?:\.\d+)?))?)?`
const ZONE = String.raw`\s?(?<zone>Z|UTC|[+-]\d{2}(?::?\d{2})?)?`

const ISO = dateFormat('yyyy-mm-dd', String.raw`(?<year>\d{4})-(?<month>\d{2})-(?<day>\d{2})${TIME}${ZONE}`)

/** The formats that are recognised by themselves: no text is a day in two of them. */
const DATE_FORMATS: readonly DateFormat[] = [
  ISO,
  dateFormat('yyyy/mm/dd', String.raw`(?<year>\d{4})/(?<month>\d{1,2})/(?<day>\d{1,2})${TIME}`),
  dateFormat('dd.mm.yyyy', String.raw`(?<day>\d{1,2})\.(?<month>\d{1,2})\.(?<year>\d{4})${TIME}`),
]

/**
 * Seconds since 1970, UTC; NaN where the text is no day or time.
 *
 * @param format the only one, where the user says it
 */
export function dateOf(text: string, format?: DateFormat): number {
  if (format !== undefined) return format.read(text)
  for (const each of DATE_FORMATS) {
    const read = each.read(text)
    if (!Number.isNaN(read)) return read
  }
  return Number.NaN
}

/** Whether a text is a day of which nobody knows by itself whether the month comes first: `03/04/2024`. */
export function isAmbiguousDate(text: string): boolean {
  return /^\d{1,2}\/\d{1,2}\/\d{4}(?:[T ]|$)/.test(text)
}

const PARTS: Readonly<Record<string, string>> = {
  yyyy: String.raw`(?<year>\d{4})`,
  mm: String.raw`(?<month>\d{1,2})`,
  dd: String.raw`(?<day>\d{1,2})`,
}

/**
 * The format that a pattern describes, such as `dd.mm.yyyy` or `yyyymmdd`; a time of day may follow.
 *
 * @returns undefined where it is not made of one yyyy, one mm and one dd, with what stands between them
 */
export function dateFormatOf(pattern: string): DateFormat | undefined {
  if (pattern.toLowerCase() === 'iso') return ISO
  const parts = pattern.toLowerCase().match(/yyyy|mm|dd|[^ymd]+/g) ?? []
  if (parts.join('') !== pattern.toLowerCase()) return undefined
  if (
    [...parts]
      .filter(part => part in PARTS)
      .sort()
      .join() !== 'dd,mm,yyyy'
  )
    return undefined
  // Without anything between them, as in 20241231, the numbers have all their digits.
  const width = parts.length === 3 ? (part: string) => part.replace('{1,2}', '{2}') : (part: string) => part
  const body = parts.map(part => (part in PARTS ? width(PARTS[part]) : escaped(part))).join('')
  return dateFormat(pattern, `${body}${TIME}`)
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, String.raw`\$&`)
}

function dateFormat(form: string, pattern: string): DateFormat {
  const whole = new RegExp(`^${pattern}$`)
  return {
    form,
    read(text) {
      const groups = whole.exec(text)?.groups
      if (groups === undefined) return Number.NaN
      const { year, month, day, hour = '0', minute = '0', second = '0', zone } = groups
      const ms = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute))
      const read = new Date(ms)
      // Of the 31st of February `Date` makes a day in March, of the year 24 the year 1924.
      const isThere =
        read.getUTCFullYear() === Number(year) &&
        read.getUTCMonth() === Number(month) - 1 &&
        read.getUTCDate() === Number(day)
      if (!isThere || Number(minute) > 59 || Number(second) >= 61) return Number.NaN
      return ms / 1_000 + Number(second) - offsetOf(zone)
    },
  }
}

/** Hours that a zone is ahead of UTC or behind, at most. */
const LARGEST_OFFSET = 14

/** Seconds that a zone is ahead of UTC; NaN where there is no such zone. */
function offsetOf(zone: string | undefined): number {
  const found = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone ?? '')
  if (found === null) return 0
  const [, sign, hours, minutes = '0'] = found
  if (Number(hours) > LARGEST_OFFSET || Number(minutes) > 59) return Number.NaN
  return (sign === '-' ? -1 : 1) * (Number(hours) * 3_600 + Number(minutes) * 60)
}
