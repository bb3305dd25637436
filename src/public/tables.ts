/**
 * `hearsay/tables`: what is in people's tables, without their rows, and the columns that several sites have in common.
 *
 * @example
 * ```ts
 * import { writeFileSync } from 'node:fs'
 * import { describeSource, mergeSites, openTable } from 'hearsay/tables'
 *
 * writeFileSync('north.csv', 'age,weight,outcome\n61,70.5,home\n74,81,rehab\n58,92,home\n66,75,rehab\n49,64.5,home\n')
 * writeFileSync('south.csv', 'outcome;weight;age\nrehab;66,5;70\nhome;80;49\ndied;59,5;88\nhome;71;52\nrehab;90;77\n')
 * const sites = []
 * for (const file of ['north.csv', 'south.csv']) {
 *   const source = await openTable(`csv:${file}?label=outcome`)
 *   if (source === undefined) throw new Error(`${file} is no table`)
 *   const { site, problems } = await describeSource(source)
 *   if (site === undefined) throw new Error(problems.join('\n'))
 *   sites.push({ name: file, site })
 * }
 * console.log(mergeSites(sites))
 * ```
 *
 * @packageDocumentation
 */

export { openTable } from '../data/sources.ts'
export { type DescribeSourceOptions, describeSource } from '../data/table/describe-source.ts'
export type { TableSource } from '../data/table/opened-source.ts'
export type { TableParameters, TestPart } from '../data/table/parameters.ts'
export type { Problem } from '../data/table/problems.ts'
export type { TableReport } from '../data/table/report.ts'
export type { Cells, ReadOptions, RowBlock, TableRows } from '../data/table/rows.ts'
export type { SurveyedTable } from '../data/table/survey-table.ts'
export { schemaRecipe } from '../library/schema-recipe.ts'
export type { DateFormat } from '../table/cells.ts'
export {
  type CellFault,
  createEncoder,
  type EncodeOptions,
  type TableEncoder,
  type TableMisfit,
} from '../table/encode.ts'
export { type MergedSites, mergeSites, type NamedSite, type SiteConflicts } from '../table/merge-sites.ts'
export {
  columnWidth,
  featureNames,
  labelNames,
  type TableColumn,
  type TableLabel,
  type TableSchema,
  tableWidth,
} from '../table/schema.ts'
export { parseSiteSchema, type SiteColumn, type SiteLabel, type SiteSchema } from '../table/site-schema.ts'
