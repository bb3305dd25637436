import { page } from './page.ts'
import { schemas } from './schemas.ts'

/** The files that are made from the schemas in the code: their paths in the repository, and their text. */
export const formatFiles: ReadonlyMap<string, string> = new Map([
  ...Object.entries(schemas).map(
    ([name, schema]) => [`schemas/${name}`, `${JSON.stringify(schema, null, 2)}\n`] as const,
  ),
  ['docs/formats.md', page()] as const,
])
