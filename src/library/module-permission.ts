/**
 * Programs that documents name. A recipe whose model is `module:FILE` runs that file, with all the rights of whoever reads the recipe; so what
 * comes out of a file, or a state, has to be allowed. A recipe that a program hands over as an object is the program's own doing.
 *
 * @packageDocumentation
 */

import { resolve } from 'node:path'
import { UsageError } from '../errors.ts'
import { familyOfFile } from '../recipe/identity.ts'
import type { Recipe } from '../recipe/recipe.ts'
import { allowedModules } from '../storage/allowed-modules.ts'
import { modelDigest } from '../training/layers-model/model-digest.ts'
import { learnsFromData, withModelFile } from './identify-model.ts'

/** A document names a program, and nobody has allowed it to run. */
export class ModuleNotAllowedError extends UsageError {
  override readonly name = 'ModuleNotAllowedError'
}

/** The file that a recipe runs as a program, as it names it; undefined where it runs none. */
export function programOf(recipe: Recipe): string | undefined {
  const { name } = recipe.model
  return familyOfFile(name) === 'module' && learnsFromData(recipe) ? name.slice('module:'.length) : undefined
}

/** A recipe whose model is a program, and what speaks for running it. */
export interface ModuleRequest {
  readonly recipe: Recipe
  /** The file that has the recipe, for messages. */
  readonly source: string
  /** Where this peer's copy of the model's file lies, where it is another place than the recipe has it in. */
  readonly modelFile?: string
  /** Whether it was allowed just now. */
  readonly allowed: boolean | undefined
  /** A state folder, which remembers the programs that it was made with. */
  readonly state?: string
}

/** @throws ModuleNotAllowedError where the recipe runs a program that is not allowed; files that it imports are its own */
export async function requireAllowedModule({
  recipe: written,
  source,
  modelFile,
  allowed,
  state,
}: ModuleRequest): Promise<void> {
  const recipe = withModelFile(written, modelFile)
  const file = programOf(recipe)
  if (file === undefined || allowed === true) return
  if (state !== undefined) {
    const digest = await modelDigest(recipe.model.name).catch(() => undefined)
    if (digest !== undefined && (await allowedModules(state)).includes(digest)) return
  }
  throw new ModuleNotAllowedError(
    `${source} runs the program ${resolve(file)} with all your rights: look at it, and then allow it with --allow-module (the option allowModule)`,
  )
}
