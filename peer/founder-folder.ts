import { basename, dirname, join } from 'node:path'

/** `flowers` of `flowers.json`, in the same folder: what else belongs to a recipe is named after it. */
export function nameOfRecipe(file: string): string {
  return join(dirname(file), basename(file, '.json'))
}

/** Where the founder of a recipe's swarm is kept, where nobody says another folder. */
export function founderFolder(file: string): string {
  return `${nameOfRecipe(file)}-founder`
}
