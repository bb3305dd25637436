import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { LATER_FIELDS, withLaterDefaults, withoutLaterDefaults } from '../../src/recipe/later-fields.ts'
import { defaultRecipe, parseRecipe, type RecipeInput, recipeHash } from '../../src/recipe/recipe.ts'

/** A recipe that `hearsay init` of 0.1 wrote. */
const written: RecipeInput = JSON.parse(readFileSync(new URL('../fixtures/0.1/recipe.json', import.meta.url), 'utf8'))

/** Recipes, and the swarm ids that 0.1 gave them. */
const swarms: readonly [what: string, RecipeInput, id: string][] = [
  ['as init wrote it', written, '9ab031e539d96cb4179e32a92128de8da2161fcc84baa37aad81e6ca267e0f24'],
  ['of all defaults', {}, '3d7b076deb18b040649cd575b41863e63b0cb275fef9cf1b7d729922f83fa833'],
  [
    'that says more',
    {
      model: { name: 'cnn' },
      training: {
        optimizer: 'adamw',
        learningRate: 0.01,
        clipNorm: 1,
        schedule: 'cosine',
        steps: 500,
        warmupSteps: 50,
      },
      averaging: { topology: 'ring', rule: 'noloco' },
      exchange: { localSteps: 'auto', compression: 'int8', fragments: 4 },
      data: { standardise: true },
    },
    'fc0c010db996ae49e3de02ab319da1c1822b5ec3963d20059fda5788c03b0b25',
  ],
  [
    'of text',
    {
      model: { name: 'language:2,2,64', shape: [64], classes: 3, classNames: ['a', 'b', 'c'] },
      objective: { task: 'language' },
    },
    '23de60a7ca8b4777bdf1e81e649c8f055b2526961f2dedb835f5ed18460d7c2f',
  ],
  [
    'that trains nothing',
    { model: { name: 'vector', shape: [1000], classes: 0 }, objective: { task: 'consensus' }, training: { steps: 0 } },
    '4712580fc0e62935f0ac78795b9f1424deb4057272273d30400d0c602f994dac',
  ],
]

test.each(swarms)('a recipe of 0.1 %s is the same swarm today', (_what, recipe, id) => {
  expect(recipeHash(parseRecipe(recipe))).toBe(id)
})

test('a later field makes another swarm where it differs from its default, whatever the others say', () => {
  const id = (start: RecipeInput['start']) => recipeHash(parseRecipe({ start }))
  const ids = [id({}), id({ minimumPeers: 3 }), id({ patience: 3 }), id({ minimumPeers: 3, patience: 3 })]
  expect(new Set(ids).size).toBe(ids.length)
  expect(id({ minimumPeers: 2, patience: 2 })).toBe(ids[0])
})

test('what a recipe without a later field means is what the schema fills in', () => {
  const rooms: Readonly<Record<string, unknown>> = defaultRecipe
  for (const { path, absent } of LATER_FIELDS) {
    expect(rooms[path[0]], path.join('.')).toMatchObject({ [path[1]]: absent })
  }
})

test('a recipe is the same whether it says its later defaults or not', () => {
  const unusual = parseRecipe({ start: { patience: 3 } })
  expect(withoutLaterDefaults(unusual).start).toEqual({ patience: 3 })
  for (const recipe of [defaultRecipe, unusual]) {
    expect(withLaterDefaults(withoutLaterDefaults(recipe))).toEqual(recipe)
  }
})
