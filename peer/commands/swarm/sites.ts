import type { Recipe, Split } from '../../../src/index.ts'
import type { NamedSite } from '../../../src/public/tables.ts'
import { describeProblems } from '../../problems.ts'
import { withFlags } from '../../recipe-flags.ts'
import { recipeOfSites } from '../../recipe-of-sites.ts'
import { beginsFrom, hintAtInit, prepareTask, readAllowed, type TaskOptions } from '../../task.ts'
import { WrongUsage } from '../../wrong-usage.ts'

export interface SitesOptions extends Omit<TaskOptions, 'source' | 'loaded' | 'load'> {
  /** What each peer owns, in their order. */
  readonly sources: readonly string[]
}

/** A recipe that fits the data of every peer, and these. */
export async function prepareSites(
  options: SitesOptions,
): Promise<{ readonly recipe: Recipe; readonly data: readonly Split[]; readonly from: Float32Array | undefined }> {
  const { sources, seed, strict, warn, onProgress } = options
  const { loadDataset } = await import('../../../src/index.ts')
  const { loadingOf, prepareRecipe } = await import('../../../src/public/models.ts')
  const { recipe: given, from } = await beginsFrom(await recipeOf(options), options.flags.from, warn)
  const { recipe, fitData } = await prepareRecipe(given)
  const data: Split[] = []
  for (const source of sources) {
    try {
      data.push(fitData(await loadDataset(source, { seed, strict, warn, onProgress, ...loadingOf(recipe) })))
    } catch (error) {
      throw hintAtInit(error)
    }
  }
  return { recipe, data, from }
}

/** From the file, or from what all tables have in common, or else from the first data. */
async function recipeOf(options: SitesOptions): Promise<Recipe> {
  const { file, flags, sources, trainingSeed, task, remembers, onProgress } = options
  const { parseRecipe } = await import('../../../src/index.ts')
  if (file !== undefined) {
    const written = withFlags(await readAllowed(file, flags, remembers), flags, trainingSeed)
    return parseRecipe(task === undefined ? written : { ...written, objective: { ...written.objective, task } })
  }
  const { describeSource, openTable } = await import('../../../src/public/tables.ts')
  const sites: NamedSite[] = []
  for (const source of sources) {
    const table = await openTable(source)
    if (table === undefined) {
      return (await prepareTask({ ...options, source: sources[0] })).recipe
    }
    const meaning = task === 'classify' || task === 'regress' ? task : undefined
    const { site, problems } = await describeSource(table, { task: meaning, listsRare: true, onProgress })
    if (site === undefined) throw new WrongUsage(describeProblems(table.table.file, problems))
    sites.push({ name: table.table.file, site })
  }
  return (await recipeOfSites(sites, withFlags({}, flags, trainingSeed))).recipe
}
