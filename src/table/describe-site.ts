import { isAmount, isInfinite, numberOf } from './cells.ts'
import {
  FEW_TEXTS,
  ID_SHARE,
  MAXIMUM_CATEGORIES,
  MAXIMUM_CLASSES,
  MISSING_MARKS,
  MOST_CATEGORIES,
  MOST_NUMBERED_CLASSES,
  MOST_OF_THEM,
  NEARLY_ALL,
  RARE_ROWS,
} from './constants.ts'
import { isNamedLikeId } from './ids.ts'
import { roundedDeviation, roundedMean, type SiteColumn, type SiteLabel, type SiteSchema } from './site-schema.ts'
import type { ColumnFacts, OddCell } from './survey.ts'
import { count, joined, quote } from './words.ts'

export interface DescribeOptions {
  readonly facts: readonly ColumnFacts[]
  /** Rows with a label. */
  readonly rows: number
  /** Which columns hold the label: {@link ColumnFacts.index} of each. */
  readonly labels: readonly number[]
  /** Rows whose label is missing: they are left out, and nothing of them is among the facts. */
  readonly unlabelled: number
  /** Columns that the user asks for, whatever they look like; all others are left out. Default: all that can be learned from. */
  readonly columns?: readonly string[]
  /** What the label means, where the user says it. */
  readonly task?: 'classify' | 'regress'
  /** Marks that the user names, beside the usual ones. */
  readonly missing: readonly string[]
  /** Whether values of few rows are listed. */
  readonly listsRare: boolean
}

/** What a site has, and all that has to be put right before anything can be learned from it. */
export interface Described {
  readonly site: SiteSchema | undefined
  /** One sentence each, with its remedy. */
  readonly problems: readonly string[]
  /** What is usable but looks wrong. */
  readonly warnings: readonly string[]
}

type Verdict = { readonly column: SiteColumn } | { readonly leftOut: string } | { readonly problem: string }

/** Finds out what the columns of a site's table are. */
export function describeSite(options: DescribeOptions): Described {
  const { facts, rows, labels, missing } = options
  const problems: string[] = []
  const warnings: string[] = []
  const columns: SiteColumn[] = []
  const leftOut: { name: string; reason: string }[] = []
  const learned = facts.filter(each => !labels.includes(each.index))
  // A table of one column is asked about it, whatever that looks like.
  const asked = options.columns ?? (learned.length === 1 ? learned.map(({ name }) => name) : undefined)
  const wanted = asked && new Set(asked)
  for (const each of learned) {
    const verdict = judge(each, wanted, options.listsRare)
    if ('problem' in verdict) problems.push(verdict.problem)
    else if ('column' in verdict) columns.push(verdict.column)
    else {
      leftOut.push({ name: each.name, reason: verdict.leftOut })
      const twice = each.repeated
      if (twice !== undefined && verdict.leftOut.startsWith(AN_ID)) {
        warnings.push(
          `${titled(each)}: rows ${twice.lines.join(' and ')} have the same id ${quote(twice.text)}; is one a copy of the other?`,
        )
      }
    }
  }
  const label = describeLabel(
    labels.flatMap(label => facts.filter(({ index }) => index === label)),
    options,
  )
  if (typeof label === 'string') return { site: undefined, problems: [...problems, label], warnings }
  if (!options.listsRare && rows < RARE_ROWS) {
    problems.push(
      `found ${count(rows)} ${rows === 1 ? 'row' : 'rows'}; the means of fewer than ${RARE_ROWS} nearly tell the rows themselves. Add --rare to tell them all the same`,
    )
  }
  if (asked === undefined && problems.length === 0 && columns.every(isUseless)) {
    const useless = columns.map(column => ({
      name: column.name,
      reason: column.kind === 'empty' ? 'every cell is missing' : 'the same in every row',
    }))
    const reasons = [...leftOut, ...useless].map(({ name, reason }) => `${quote(name)} is left out (${reason})`)
    problems.push(`no column is left to learn from: ${joined(reasons) || 'the table holds only the label'}`)
  }
  if (label.kind === 'class') {
    const alone = Object.entries(label.classes).filter(([, rows]) => rows === 1)
    if (alone.length > 0) {
      warnings.push(
        `${alone.length === 1 ? 'the class' : 'the classes'} ${joined(alone.map(([name]) => quote(name)))} of ${quote(label.name)} ` +
          `${alone.length === 1 ? 'has' : 'have'} one row each: too few to be learned and tested`,
      )
    }
  }
  if (problems.length > 0) return { site: undefined, problems, warnings }
  const site: SiteSchema = {
    hearsaySchema: '1',
    rows,
    columns,
    label,
    leftOut,
    missing: [...new Set([...MISSING_MARKS, ...missing])],
  }
  return { site, problems, warnings }
}

function isUseless(column: SiteColumn): boolean {
  return column.kind === 'empty' || column.constant === true
}

const AN_ID = 'an id'

const AMOUNTS = 'numbers with a currency or a percent sign; without the sign they are learned from'

/** Whether it is by a sign alone that a column is none of numbers, as far as its first cell tells. */
function isOfAmounts({ notNumber, numbers }: ColumnFacts): boolean {
  return notNumber !== undefined && numbers === 0 && isAmount(notNumber.text)
}

/** @param asked names of the columns that are asked for, where not all are */
function judge(facts: ColumnFacts, asked: ReadonlySet<string> | undefined, listsRare: boolean): Verdict {
  const { name, index, present, missing } = facts
  const isAsked = asked?.has(name) ?? false
  if (asked !== undefined && !isAsked) return { leftOut: 'not among the columns asked for' }
  if (present === 0) return { column: { name: nameOf(facts), kind: 'empty', missing } }
  if (!isAsked) {
    const id = idReason(facts)
    if (id !== undefined) return { leftOut: id }
  }
  if (name === '') {
    return { problem: `column ${index + 1} has no name; give it one, or leave the file's header out and say header=no` }
  }
  // Of so few, a mean nearly tells who they are.
  if (!listsRare && present < RARE_ROWS) return { column: { name, kind: 'empty', missing: missing + present } }
  // Of one row, every column is the same in every row.
  const constant = facts.values?.size === 1 && present > 1 && missing === 0 ? ({ constant: true } as const) : {}
  const moments = {
    mean: roundedMean(facts.mean, facts.deviation),
    deviation: roundedDeviation(facts.deviation),
  }
  if (facts.dates === present) return { column: { name, kind: 'date', ...moments, missing, ...constant } }
  if (facts.numbers === present) {
    const texts = [...(facts.values?.keys() ?? [])]
    const isBinary = facts.values !== undefined && texts.every(text => Number(text) === 0 || Number(text) === 1)
    return {
      column: { name, kind: 'number', ...moments, missing, ...constant, ...(isBinary ? { binary: true } : {}) },
    }
  }
  if (facts.ambiguousDates === present) {
    return {
      problem:
        `${titled(facts)}: found ${quote(facts.notNumber?.text ?? '')}, of which nobody knows whether the month comes first; say ` +
        '?date=dd/mm/yyyy or ?date=mm/dd/yyyy',
    }
  }
  if (facts.yesNos === present) {
    return { column: { name, kind: 'yes/no', values: [...(facts.values?.keys() ?? [])].sort(), missing, ...constant } }
  }
  const faulty = faultyMeasurement(facts)
  if (faulty !== undefined) return { problem: faulty }
  const { values } = facts
  const most = isAsked ? MAXIMUM_CATEGORIES : MOST_CATEGORIES
  if (values === undefined || values.size > most) {
    const many = `${values === undefined ? 'too many' : count(values.size)} different values`
    if (isAsked) return { problem: `${titled(facts)}: found ${many}; a category has at most ${count(most)}` }
    return { leftOut: isOfAmounts(facts) ? AMOUNTS : `text, ${many}; a category has at most ${count(most)}` }
  }
  if (!isAsked && values.size > 20 && values.size > present / 2) {
    if (isOfAmounts(facts)) return { leftOut: AMOUNTS }
    return { leftOut: `text that hardly repeats: ${count(values.size)} different values in ${count(present)} rows` }
  }
  const listed = [...values].filter(([, rows]) => listsRare || rows >= RARE_ROWS).map(([value]) => value)
  const rare = values.size - listed.length
  return { column: { name, kind: 'category', values: listed.sort(), rare, missing, ...constant } }
}

/** What is wrong with a column of which nearly all are numbers, or days; undefined where it is none. */
function faultyMeasurement(facts: ColumnFacts): string | undefined {
  const { numbers, dates, distinct, notNumber, notDay } = facts
  // Few values are categories, some of which may be numbers, but none without an end.
  if (distinct <= MOST_NUMBERED_CLASSES && (notNumber === undefined || !isInfinite(notNumber.text))) return undefined
  const isNumbers = notNumber !== undefined && isMeant(numbers, facts.present, notNumber)
  if (isNumbers) return faultOf(facts, numbers, 'numbers', notNumber, 'a number')
  const isDays = notDay !== undefined && isMeant(dates, facts.present, notDay)
  return isDays ? faultOf(facts, dates, 'days', notDay, 'a day that is there, such as 2024-12-31') : undefined
}

/** Whether a column is meant to hold only what `count` of its cells are. */
function isMeant(count: number, present: number, { texts }: OddCell): boolean {
  return count >= NEARLY_ALL * present || (count >= MOST_OF_THEM * present && texts <= FEW_TEXTS)
}

function faultOf(facts: ColumnFacts, some: number, what: string, { text, line }: OddCell, expected: string): string {
  const others = facts.present - some
  return (
    `${titled(facts)}: ${count(some)} of ${count(facts.present)} cells are ${what}, ${others === 1 ? 'one is' : `${count(others)} are`} ` +
    `not: found ${quote(text)} in row ${line}; expected ${expected}. If it stands for a missing value say ` +
    `?missing=${encodeURIComponent(text)}, else correct it, or leave the column out with ?ignore=${encodeURIComponent(facts.name)}`
  )
}

/** Why a column tells nothing of its rows but which one it is; undefined where it may tell more. */
function idReason(facts: ColumnFacts): string | undefined {
  const { name, present, numbers, isWhole, isRowNumber, allDiffer, distinct, dates, ambiguousDates } = facts
  const isWord = numbers < present && dates < present && ambiguousDates < present
  const isLikeIds = (numbers === present && isWhole) || isWord
  if (isRowNumber && present > 2) return "a row's number"
  if (isLikeIds && isNamedLikeId(name) && distinct >= ID_SHARE * present) {
    return allDiffer ? `${AN_ID}: different in every row` : `${AN_ID}: different in nearly every row`
  }
  if (isWord && allDiffer && present > MOST_NUMBERED_CLASSES && faultyMeasurement(facts) === undefined)
    return isOfAmounts(facts) ? AMOUNTS : `${AN_ID} or a name: different in every row`
  return undefined
}

function describeLabel(
  facts: readonly ColumnFacts[],
  { task, rows, unlabelled: missing }: DescribeOptions,
): SiteLabel | string {
  const [first] = facts
  if (rows === 0) return `${titled(first)}: every row's label is missing; choose another column with ?label=COLUMN`
  const several = facts.length > 1
  if (several && task === 'classify') {
    return `${joined(facts.map(({ name }) => quote(name)))} are ${facts.length} labels; expected one column of classes, or say --task regress`
  }
  const areNumbers = facts.every(each => each.numbers === each.present)
  const areClasses =
    !areNumbers ||
    (first.isWhole && first.values !== undefined && classNamesOf(first.values.keys()).length <= MOST_NUMBERED_CLASSES)
  if (task === 'regress' || several || (task === undefined && !areClasses)) {
    const text = facts.find(each => each.numbers < each.present)
    if (text?.notNumber !== undefined) {
      return `${titled(text)}: found ${quote(text.notNumber.text)} in row ${text.notNumber.line}; a measured label takes numbers only (regression)`
    }
    return {
      kind: 'number',
      targets: facts.map(each => ({
        name: each.name,
        mean: roundedMean(each.mean, each.deviation),
        deviation: roundedDeviation(each.deviation),
      })),
      missing,
    }
  }
  if (first.values === undefined) {
    return (
      `${titled(first)}: found more than ${count(MAXIMUM_CLASSES)} different labels; expected classes. Choose another column with ` +
      `?label=COLUMN${areNumbers ? ', or take it for a measured quantity with --task regress' : ''}`
    )
  }
  const names = classNamesOf(first.values.keys())
  if (names.length === rows && rows > MOST_NUMBERED_CLASSES) {
    return (
      `${titled(first)}: found another label in every row, such as ${quote([...first.values.keys()][0])}; expected classes, which repeat. ` +
      'Choose another column with ?label=COLUMN'
    )
  }
  const classes = new Map(names.map(name => [name, 0]))
  for (const [text, rows] of first.values) {
    const name = classes.has(text) ? text : (names.find(each => isSameClass(each, text)) as string)
    classes.set(name, (classes.get(name) as number) + rows)
  }
  return { kind: 'class', name: first.name, classes: Object.fromEntries(classes), missing }
}

/** Whether two labels name one class: the same text, or the same number (1 and 1.0). */
export function isSameClass(a: string, b: string): boolean {
  return a === b || numberOf(a) === numberOf(b)
}

/**
 * The classes that labels name, in their order: by number where all are numbers, else by code point, not by locale: the same labels give
 * the same classes on every machine. Of one number in several texts, the first stands for the class.
 */
export function classNamesOf(labels: Iterable<string>): string[] {
  const byNumber = new Map<number, string>()
  const names: string[] = []
  for (const label of labels) {
    const value = numberOf(label)
    if (Number.isNaN(value)) names.push(label)
    else if (!byNumber.has(value)) {
      byNumber.set(value, label)
      names.push(label)
    }
  }
  const distinct = [...new Set(names)]
  return byNumber.size === distinct.length ? distinct.sort((a, b) => numberOf(a) - numberOf(b)) : distinct.sort()
}

function nameOf({ name, index }: ColumnFacts): string {
  return name === '' ? `column ${index + 1}` : name
}

function titled(facts: ColumnFacts): string {
  return `column ${facts.index + 1}${facts.name === '' ? '' : ` (${quote(facts.name)})`}`
}
