import type { Recipe } from '../../../src/index.ts'
import type { MergedSites } from '../../../src/public/tables.ts'
import { parseJson, readBytes } from '../../json-file.ts'
import { withFlags } from '../../recipe-flags.ts'
import { recipeOfSites } from '../../recipe-of-sites.ts'
import type { InitFlags } from './flags.ts'

const EXPECTED = "a site's schema, as hearsay schema writes it"

/** The recipe that fits the tables of all sites. */
export async function recipeOfSchemas(
  flags: InitFlags,
  files: readonly string[],
): Promise<{ readonly recipe: Recipe; readonly merged: MergedSites }> {
  const { parseSiteSchema } = await import('../../../src/public/tables.ts')
  const sites = []
  for (const file of files) {
    const content = parseJson((await readBytes(file, EXPECTED)).toString(), file, EXPECTED)
    sites.push({ name: file, site: parseSiteSchema(content, file) })
  }
  // A table is learned in seconds: a swarm that began without a site would have ended before it came.
  const start = files.length < 2 ? {} : { start: { minimumPeers: files.length } }
  const { recipe: written, merged } = await recipeOfSites(sites, withFlags(start, flags, flags.seed))
  const { prepareRecipe } = await import('../../../src/public/models.ts')
  const { recipe } = await prepareRecipe(written)
  return { recipe, merged }
}
