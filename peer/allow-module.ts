import { Option } from 'commander'
import type { Recipe } from '../src/index.ts'

/** The flag of commands that may run a program which a document names, and nobody typed. */
export interface ModuleFlags {
  readonly allowModule?: true
}

export function allowModuleOption(): Option {
  return new Option('--allow-module', 'run the program that a recipe names as its model, module:FILE')
}

/**
 * A recipe that was read from a file may run a program only where that was allowed; a program that was typed, as `--model module:FILE`, was.
 *
 * @param file that has the recipe
 * @param state folder that remembers what was allowed in it
 */
export async function requireAllowed(
  recipe: Recipe,
  file: string,
  { allowModule, modelFile }: ModuleFlags & { readonly modelFile?: string },
  state?: string,
): Promise<void> {
  const { requireAllowedModule } = await import('../src/public/models.ts')
  await requireAllowedModule({ recipe, source: file, modelFile, allowed: allowModule, state })
}
