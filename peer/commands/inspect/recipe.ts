import { recipeHash } from '../../../src/index.ts'
import { parseRecipeOf } from '../../recipe-file.ts'
import { drawFacts } from '../../table.ts'
import type { Finding } from './finding.ts'

export async function inspectRecipe(file: string, content: unknown): Promise<Finding> {
  const recipe = await parseRecipeOf(file, content)
  const swarm = recipeHash(recipe)
  const fields = Object.entries(recipe).flatMap(([room, value]) =>
    typeof value === 'object' ? Object.entries(value).map(([name, field]) => fact(`${room}.${name}`, field)) : [],
  )
  const facts = [fact('swarm', swarm), ...fields]
  return { json: { kind: 'recipe', swarm, recipe } as Finding['json'], text: `${file} is a recipe\n\n${draw(facts)}` }
}

function fact(name: string, value: unknown): [string, string] {
  return [name, Array.isArray(value) ? value.join(name === 'model.shape' ? ' × ' : ', ') : String(value)]
}

function draw(facts: readonly (readonly [string, string])[]): string {
  return drawFacts(facts, process.stdout)
}
