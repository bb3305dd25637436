/**
 * `hearsay/tables`: what is in people's tables, without their rows, and the columns that several sites have in common.
 *
 * @example
 * ```ts
 * import { describeSource, mergeSites, openTable } from 'hearsay/tables'
 *
 * const sites = []
 * for (const file of ['north.csv', 'south.csv']) {
 *   const source = await openTable(`csv:${file}`)
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
export type { TableSource } from '../data/table/load-table.ts'
export type { TableReport } from '../data/table/report.ts'
export type { Cells, ReadOptions, RowBlock, TableRows } from '../data/table/rows.ts'
export type { SurveyedTable } from '../data/table/survey-table.ts'
export { schemaRecipe } from '../library/schema-recipe.ts'
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
