/**
 * One schema for the tables of several sites: what all of them have, with every class and category that any of them has.
 *
 * @packageDocumentation
 */

import { MAXIMUM_CATEGORIES } from './constants.ts'
import { classNamesOf, isSameClass } from './describe-site.ts'
import type { TableColumn, TableLabel, TableSchema } from './schema.ts'
import { roundedDeviation, type SiteColumn, type SiteLabel, type SiteSchema } from './site-schema.ts'
import { count, joined, quote } from './words.ts'

/** A site's schema, and how it is named in messages: its file. */
export interface NamedSite {
  readonly name: string
  readonly site: SiteSchema
}

/** The columns that fit all sites. */
export interface MergedSites {
  readonly schema: TableSchema
  /** In their order; undefined where the label is measured. */
  readonly classNames: readonly string[] | undefined
  /** Of all sites. */
  readonly rows: number
  /** Columns that are left out, and why. */
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[]
}

/** Sites whose tables do not go together: every conflict, one sentence each with its remedy. */
export interface SiteConflicts {
  readonly conflicts: readonly string[]
}

/**
 * The columns of all sites together, or every conflict between them.
 *
 * @param sites one at least
 * @param keepsConstant whether columns are kept that say the same everywhere, and a label that is one class. Default: no, as there is
 * nothing to learn from them
 */
export function mergeSites(
  sites: readonly NamedSite[],
  { keepsConstant = false }: { readonly keepsConstant?: boolean } = {},
): MergedSites | SiteConflicts {
  const conflicts: string[] = []
  const leftOut: { name: string; reason: string }[] = []
  const columns: TableColumn[] = []
  const label = mergeLabels(sites, keepsConstant, conflicts)
  const labelColumns = new Set(label === undefined ? [] : namesOf(label))
  // Tables may have ten thousand columns.
  const byName = sites.map(({ name: of, site }) => ({
    of,
    rows: site.rows,
    columns: new Map(site.columns.map(column => [column.name, column])),
    reasons: new Map(site.leftOut.map(({ name, reason }) => [name, reason])),
  }))
  for (const name of new Set(sites.flatMap(({ site }) => site.columns.map(column => column.name)))) {
    const parts = byName.map(({ of, rows, columns, reasons }) => ({
      of,
      rows,
      column: columns.get(name),
      reason: reasons.get(name),
    }))
    if (labelColumns.has(name)) {
      const held = parts.filter(({ column }) => column !== undefined).map(({ of }) => of)
      conflicts.push(
        `${quote(name)} is the label at some sites, and a column like others at ${joined(held)}; choose one label for all with ?label=COLUMN`,
      )
      continue
    }
    const without = parts.find(({ column }) => column === undefined)
    if (without !== undefined) {
      leftOut.push({
        name,
        reason:
          without.reason === undefined ? `${without.of} has no such column` : `at ${without.of} ${without.reason}`,
      })
      continue
    }
    const merged = mergeColumn(name, parts as readonly Part[], keepsConstant)
    if (typeof merged === 'string') conflicts.push(merged)
    else if ('reason' in merged) leftOut.push({ name, reason: merged.reason })
    else columns.push(merged)
  }
  const told = new Set([...columns, ...leftOut].map(({ name }) => name))
  for (const each of sites.flatMap(({ site }) => site.leftOut)) {
    if (told.has(each.name)) continue
    told.add(each.name)
    leftOut.push(each)
  }
  if (columns.length === 0 && conflicts.length === 0) {
    conflicts.push(
      `no column is left to learn from: ${joined(leftOut.map(({ name, reason }) => `${quote(name)} (${reason})`))}`,
    )
  }
  if (conflicts.length > 0 || label === undefined) return { conflicts }
  return {
    schema: { columns, label: label.label, missing: unionOf(sites.map(({ site }) => site.missing)) },
    classNames: label.classNames,
    rows: sites.reduce((sum, { site }) => sum + site.rows, 0),
    leftOut,
  }
}

interface Part {
  readonly of: string
  readonly rows: number
  readonly column: SiteColumn
}

/** @returns the column for all, or why it is left out, or the conflict */
function mergeColumn(
  name: string,
  parts: readonly Part[],
  keepsConstant: boolean,
): TableColumn | { readonly reason: string } | string {
  const filled = parts.filter(({ column }) => column.kind !== 'empty')
  if (filled.length === 0) return { reason: 'every cell is missing' }
  if (!keepsConstant && isConstant(parts)) return { reason: 'the same in every row' }
  const isMissing = parts.some(({ column }) => column.missing > 0)
  const kinds = new Set(filled.map(({ column }) => column.kind))
  if (kinds.size === 1 && (kinds.has('number') || kinds.has('date'))) {
    return { name, kind: kinds.has('number') ? 'number' : 'date', origin: originOf(filled), missing: 'mean' }
  }
  if (filled.every(({ column }) => column.kind === 'yes/no' || (column.kind === 'number' && column.binary))) {
    return { name, kind: 'yes/no', missing: 'mean' }
  }
  if ([...kinds].every(kind => kind === 'category' || kind === 'yes/no')) {
    const values = unionOf(filled.map(({ column }) => ('values' in column ? column.values : []))).sort()
    const hasRare = filled.some(({ column }) => column.kind === 'category' && column.rare > 0)
    if (values.length === 0)
      return { reason: `no value of at least five rows at any site; list them all with hearsay schema --rare` }
    if (values.length > MAXIMUM_CATEGORIES) {
      return `${quote(name)} has ${count(values.length)} different values among all sites; a category has at most ${count(MAXIMUM_CATEGORIES)}: leave it out with ?ignore=${encodeURIComponent(name)}`
    }
    return { name, kind: 'category', values, other: hasRare, missing: isMissing ? 'value' : 'refuse' }
  }
  const found = filled.map(({ of, column }) => `${column.kind} at ${of}`)
  return (
    `${quote(name)} is ${joined(found)}; make it one kind everywhere, name what stands for a missing value with ?missing=, or leave it ` +
    `out with ?ignore=${encodeURIComponent(name)}`
  )
}

function isConstant(parts: readonly Part[]): boolean {
  const columns = parts.map(({ column }) => column)
  if (!columns.every(column => column.kind !== 'empty' && column.constant === true)) return false
  const said = columns.map(column => ('values' in column ? column.values.join() : 'mean' in column ? column.mean : ''))
  return new Set(said).size === 1
}

/** A mean so many deviations from 0 takes digits of float32 that the differences need: then it is subtracted before. */
const FAR = 64

/** @returns the pooled mean, rounded to the leading digit of the pooled deviation, where it is far from 0; else 0 */
function originOf(parts: readonly Pick<Part, 'rows' | 'column'>[]): number {
  const measured = parts.flatMap(({ rows, column }) =>
    'mean' in column ? [{ rows, mean: column.mean, deviation: column.deviation }] : [],
  )
  return pooledOrigin(measured)
}

/** The same for the moments of a target. */
export function pooledOrigin(
  parts: readonly { readonly rows: number; readonly mean: number; readonly deviation: number }[],
): number {
  const rows = parts.reduce((sum, part) => sum + part.rows, 0)
  const mean = parts.reduce((sum, part) => sum + (part.rows / rows) * part.mean, 0)
  const variance = parts.reduce(
    (sum, part) => sum + (part.rows / rows) * (part.deviation ** 2 + (part.mean - mean) ** 2),
    0,
  )
  const deviation = roundedDeviation(Math.sqrt(variance))
  if (!(deviation > 0) || Math.abs(mean) < FAR * deviation) return 0
  const step = 10 ** Math.floor(Math.log10(deviation))
  return Number((Math.round(mean / step) * step).toPrecision(15))
}

interface MergedLabel {
  readonly label: TableLabel
  readonly classNames: readonly string[] | undefined
}

const namesOf = ({ label }: MergedLabel) =>
  label.kind === 'class' ? [label.name] : label.targets.map(({ name }) => name)

function mergeLabels(
  sites: readonly NamedSite[],
  keepsConstant: boolean,
  conflicts: string[],
): MergedLabel | undefined {
  const [first] = sites
  const names = (label: SiteLabel) => (label.kind === 'class' ? [label.name] : label.targets.map(({ name }) => name))
  const other = sites.find(({ site }) => names(site.label).join('\n') !== names(first.site.label).join('\n'))
  if (other !== undefined) {
    const said = ({ name, site }: NamedSite) => `${joined(names(site.label).map(quote))} at ${name}`
    conflicts.push(`the label is ${said(first)}, and ${said(other)}; choose one for all with ?label=COLUMN`)
    return undefined
  }
  if (sites.every(({ site }) => site.label.kind === 'class')) {
    const labels = sites.flatMap(({ site }) => (site.label.kind === 'class' ? Object.keys(site.label.classes) : []))
    const classNames = classNamesOf(labels)
    if (classNames.length > 1 || keepsConstant)
      return { label: { kind: 'class', name: names(first.site.label)[0] }, classNames }
    conflicts.push(
      `every row has the label ${quote(classNames[0])} in ${quote(names(first.site.label)[0])}; expected two classes at least among all sites`,
    )
    return undefined
  }
  const words = sites.find(
    ({ site }) => site.label.kind === 'class' && classNamesOf(Object.keys(site.label.classes)).some(isNoNumber),
  )
  if (words !== undefined) {
    const measured = sites.find(({ site }) => site.label.kind === 'number')
    conflicts.push(
      `the label ${joined(names(first.site.label).map(quote))} is classes at ${words.name} and measured at ${measured?.name}; say --task ` +
        'classify or --task regress at every site',
    )
    return undefined
  }
  // A site whose few values are whole numbers takes them for classes, until others show that they are measured.
  const targets = names(first.site.label).map((name, target) => ({
    name,
    origin: pooledOrigin(
      sites.flatMap(({ site }) =>
        site.label.kind === 'number' ? [{ rows: site.rows, ...site.label.targets[target] }] : [],
      ),
    ),
  }))
  return { label: { kind: 'number', targets }, classNames: undefined }
}

const isNoNumber = (name: string) => !isSameClass(name, String(Number(name)))

function unionOf(lists: readonly (readonly string[])[]): string[] {
  return [...new Set(lists.flat())]
}
