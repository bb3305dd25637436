import { numberOf } from './cells.ts'
import {
  ID_SHARE,
  MAXIMUM_CATEGORIES,
  MAXIMUM_CLASSES,
  MISSING_MARKS,
  MOST_CATEGORIES,
  MOST_NUMBERED_CLASSES,
  MOSTLY_NUMBERS,
  RARE_ROWS,
} from './constants.ts'
import { roundedDeviation, roundedMean, type SiteColumn, type SiteLabel, type SiteSchema } from './site-schema.ts'
import type { ColumnFacts } from './survey.ts'
import { count, joined, quote } from './words.ts'

export interface DescribeOptions {
  readonly facts: readonly ColumnFacts[]
  /** Rows with a label. */
  readonly rows: number
  /** Which columns hold the label: indices into {@link facts}. */
  readonly labels: readonly number[]
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
  for (const each of learned) {
    const verdict = judge(each, { ...options, columns: asked })
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
    labels.map(index => facts[index]),
    options,
  )
  if (typeof label === 'string') return { site: undefined, problems: [...problems, label], warnings }
  if (asked === undefined && columns.every(isUseless)) {
    problems.push(
      `no column is left to learn from: ${joined(leftOut.map(({ name, reason }) => `${quote(name)} is left out (${reason})`)) || 'the table holds only the label'}`,
    )
  }
  if (label.kind === 'class') {
    const alone = Object.entries(label.classes).filter(([, rows]) => rows === 1)
    if (alone.length > 0 && alone.length < 10) {
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

function judge(facts: ColumnFacts, options: DescribeOptions): Verdict {
  const { columns: asked } = options
  const { name, index, present, missing, distinct } = facts
  const isAsked = asked?.includes(name) ?? false
  if (asked !== undefined && !isAsked) return { leftOut: 'not among the columns asked for' }
  if (present === 0) return { column: { name: nameOf(facts), kind: 'empty', missing } }
  if (!isAsked) {
    const id = idReason(facts)
    if (id !== undefined) return { leftOut: id }
  }
  if (name === '') {
    return { problem: `column ${index + 1} has no name; give it one, or leave the file's header out and say header=no` }
  }
  const constant = facts.values?.size === 1 && missing === 0 ? ({ constant: true } as const) : {}
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
        `${titled(facts)}: found ${quote(facts.odd?.text ?? '')}, of which nobody knows whether the month comes first; say ` +
        '?date=dd/mm/yyyy or ?date=mm/dd/yyyy',
    }
  }
  if (facts.yesNos === present) {
    return { column: { name, kind: 'yes/no', values: [...(facts.values?.keys() ?? [])].sort(), missing, ...constant } }
  }
  const isMostlyNumbers = facts.numbers >= MOSTLY_NUMBERS * present && distinct > MOST_NUMBERED_CLASSES
  if (isMostlyNumbers && facts.odd !== undefined) return { problem: notAllNumbers(facts, facts.odd) }
  const { values } = facts
  const most = isAsked ? MAXIMUM_CATEGORIES : MOST_CATEGORIES
  if (values === undefined || values.size > most) {
    const many = `${values === undefined ? `more than ${count(MAXIMUM_CATEGORIES)}` : count(values.size)} different values`
    if (isAsked) return { problem: `${titled(facts)}: found ${many}; a category has at most ${count(most)}` }
    return { leftOut: `text, ${many}; a category has at most ${count(most)}` }
  }
  if (!isAsked && values.size > 20 && values.size > present / 2) {
    return { leftOut: `text that hardly repeats: ${count(values.size)} different values in ${count(present)} rows` }
  }
  const listed = [...values].filter(([, rows]) => options.listsRare || rows >= RARE_ROWS).map(([value]) => value)
  const rare = values.size - listed.length
  return { column: { name, kind: 'category', values: listed.sort(), rare, missing, ...constant } }
}

function notAllNumbers(facts: ColumnFacts, { text, line }: { text: string; line: number }): string {
  const others = facts.present - facts.numbers
  return (
    `${titled(facts)}: ${count(facts.numbers)} of ${count(facts.present)} cells are numbers, ${others === 1 ? 'one is' : `${count(others)} are`} ` +
    `not: found ${quote(text)} in row ${line}; expected a number. If it stands for a missing value say ?missing=${encodeURIComponent(text)}, ` +
    `else correct it, or leave the column out with ?ignore=${encodeURIComponent(facts.name)}`
  )
}

/** Names under which ids and row numbers go: of pandas, R, data bases. */
const ID_NAME = /^(?:|id|uuid|guid|key|index|row|rownames?|nr|#|unnamed: \d+)$|[ _-](?:id|uuid|guid)$/i
const CAMEL_CASE_ID = /[a-z]I[dD]$/

/** Why a column tells nothing of its rows but which one it is; undefined where it may tell more. */
function idReason(facts: ColumnFacts): string | undefined {
  const { name, present, numbers, isWhole, isRowNumber, allDiffer, distinct, dates } = facts
  const isWord = numbers < present && dates < present
  const isLikeIds = (numbers === present && isWhole) || isWord
  if (isRowNumber && present > 2) return "a row's number"
  const isNamedSo = ID_NAME.test(name) || CAMEL_CASE_ID.test(name)
  if (isLikeIds && isNamedSo && distinct >= ID_SHARE * present) {
    return allDiffer ? `${AN_ID}: different in every row` : `${AN_ID}: different in nearly every row`
  }
  if (isWord && allDiffer && present > MOST_NUMBERED_CLASSES) return `${AN_ID} or a name: different in every row`
  return undefined
}

function describeLabel(facts: readonly ColumnFacts[], { task, rows, labels }: DescribeOptions): SiteLabel | string {
  const [first] = facts
  const missing = facts.reduce((most, each) => Math.max(most, each.missing), 0)
  if (rows === 0 || labels.length === 0)
    return `${titled(first)}: every row's label is missing; choose another column with ?label=COLUMN`
  const several = facts.length > 1
  const areNumbers = facts.every(each => each.numbers === each.present)
  const areClasses =
    !areNumbers ||
    (first.isWhole && first.values !== undefined && classNamesOf(first.values.keys()).length <= MOST_NUMBERED_CLASSES)
  if (task === 'regress' || several || (task === undefined && !areClasses)) {
    const text = facts.find(each => each.numbers < each.present)
    if (text?.odd !== undefined) {
      return `${titled(text)}: found ${quote(text.odd.text)} in row ${text.odd.line}; a measured label takes numbers only (regression)`
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
  const classes: Record<string, number> = {}
  const names = classNamesOf(first.values.keys())
  for (const [text, rows] of first.values) {
    const name = names.find(each => isSameClass(each, text)) as string
    classes[name] = (classes[name] ?? 0) + rows
  }
  return {
    kind: 'class',
    name: first.name,
    classes: Object.fromEntries(names.map(name => [name, classes[name]])),
    missing,
  }
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
