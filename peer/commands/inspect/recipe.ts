import { resolve } from 'node:path'
import { defaultRecipe, type Recipe, recipeHash } from '../../../src/index.ts'
import type { TableSchema } from '../../../src/public/tables.ts'
import { Failure } from '../../failure.ts'
import { parseRecipeOf } from '../../recipe-file.ts'
import { drawFacts } from '../../table.ts'
import { WrongUsage } from '../../wrong-usage.ts'
import type { Finding } from './finding.ts'

/** Whether something in it is of a recipe; an empty one is a recipe too, of defaults. */
export function looksLikeRecipe(content: object): boolean {
  const fields = Object.keys(content).filter(field => field !== '$schema')
  return fields.length === 0 || fields.some(field => Object.hasOwn(defaultRecipe, field))
}

export async function inspectRecipe(file: string, content: unknown): Promise<Finding> {
  const recipe = await validRecipe(file, content)
  const swarm = recipeHash(recipe)
  const fields = Object.entries(recipe).flatMap(([room, value]) =>
    typeof value === 'object'
      ? Object.entries(value).flatMap(([name, field]) =>
          room === 'data' && name === 'table' ? tableFacts(field as TableSchema) : [fact(`${room}.${name}`, field)],
        )
      : [],
  )
  const { programOf } = await import('../../../src/public/models.ts')
  const program = programOf(recipe)
  const runs = program === undefined ? [] : [fact('runs the program', `${resolve(program)}, with all your rights`)]
  const facts = [fact('swarm', swarm), ...runs, ...fields]
  return {
    json: {
      kind: 'recipe',
      swarm,
      ...(program === undefined ? {} : { runs: resolve(program) }),
      recipe,
    } as Finding['json'],
    text: `${file} is a recipe\n\n${draw(facts)}`,
  }
}

/**
 * An invalid recipe is a finding, and no mistake in how the command was used, because it is here for its own sake.
 *
 * @param file named in messages
 * @throws Failure
 */
export async function validRecipe(file: string, content: unknown): Promise<Recipe> {
  try {
    return await parseRecipeOf(file, content)
  } catch (error) {
    throw error instanceof WrongUsage ? new Failure(error.message) : error
  }
}

/** The columns, a line each, and what is predicted. */
function tableFacts({ columns, label, missing }: TableSchema): [string, string][] {
  const predicted = label.kind === 'class' ? [label.name] : label.targets.map(({ name }) => name)
  return [
    ...columns.map((column): [string, string] => [
      `column ${JSON.stringify(column.name)}`,
      column.kind === 'category' ? `category: ${column.values.join(', ')}` : column.kind,
    ]),
    ['label', predicted.map(name => JSON.stringify(name)).join(', ')],
    ['missing', ['an empty cell', ...missing].join(', ')],
  ]
}

function fact(name: string, value: unknown): [string, string] {
  return [name, Array.isArray(value) ? value.join(name === 'model.shape' ? ' × ' : ', ') : String(value)]
}

function draw(facts: readonly (readonly [string, string])[]): string {
  return drawFacts(facts, process.stdout)
}
