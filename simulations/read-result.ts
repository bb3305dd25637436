import { HearsayError } from '../src/errors.ts'
import { parseRecipe, type Recipe, recipeHash, recipeHashWithPath } from '../src/recipe/recipe.ts'
import type { RunResult } from './result.ts'
import { resultDocument, type WrittenResult } from './result-document.ts'

/** A result that nobody wrote so: it was cut off, or changed. */
export class DamagedResultError extends HearsayError {
  override readonly name = 'DamagedResultError'
}

/** @throws DamagedResultError naming the field that is wrong */
export function parseResult(content: unknown): WrittenResult {
  const parsed = resultDocument.safeParse(content)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new DamagedResultError(`its field ${issue.path.join('.')} is wrong: ${issue.message}`)
}

/** Whether a recipe has this hash, as this version or 0.1 makes it. */
export function isOfRecipe(recipe: Recipe, hash: string): boolean {
  return recipeHash(recipe) === hash || recipeHashWithPath(recipe) === hash
}

/** The result in a file's text; undefined where that was cut off, or is something else. */
export function readResult(text: string): RunResult | undefined {
  try {
    const content: unknown = JSON.parse(text)
    const result = parseResult(content)
    return isOfRecipe(parseRecipe(result.recipe), result.recipeHash) ? (content as RunResult) : undefined
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof HearsayError) return undefined
    throw error
  }
}
