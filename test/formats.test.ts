import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { SimulationOptions } from '../simulations/options.ts'
import { simulate } from '../simulations/simulate.ts'
import { loadDataset } from '../src/data/sources.ts'
import { defaultRecipe, parseRecipe, type RecipeInput, recipeHash } from '../src/recipe/recipe.ts'
import { formatFiles } from '../tools/formats/files.ts'
import { createValidator, published, requireDescribedEvent, requireDescribedResult } from './published-formats.ts'
import { measured } from './training/measured.ts'

test.each([...formatFiles])('%s is what the code says: npm run formats', (path, text) => {
  expect(readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')).toBe(text)
})

describe('a recipe', () => {
  const validate = createValidator().compile(published('recipe'))

  const TABLE = {
    columns: [
      { name: 'age', kind: 'number' },
      { name: 'port', kind: 'category', values: ['a', 'b'] },
    ],
    label: { kind: 'class', name: 'lived' },
    missing: [],
  }

  test.each<[what: string, recipe: unknown]>([
    ['of nothing but defaults', {}],
    ['with every default filled in', defaultRecipe],
    ['of tables', { data: { table: TABLE } }],
    ['that says where its schema is', { $schema: 'recipe.json', exchange: { localSteps: 'auto' } }],
    ['of another field', { hearsay: '1', speed: 1 }],
    ['whose learning rate is nothing', { training: { learningRate: 0 } }],
    ['whose task is unknown', { objective: { task: 'guess' } }],
    ['whose column is of no kind', { data: { table: { ...TABLE, columns: [{ name: 'age', kind: 'colour' }] } } }],
    ['whose steps are a text', { training: { steps: '100' } }],
    ['whose founder is nobody', { security: { membership: 'invited', founder: 'me' } }],
  ])('%s is taken by the published schema where it is read, and refused where it is not', (_what, recipe) => {
    let isRead = true
    try {
      parseRecipe(recipe)
    } catch {
      isRead = false
    }
    expect(validate(recipe)).toBe(isRead)
  })

  test('is the same swarm wherever it says that its schema is', () => {
    const recipe: RecipeInput = { training: { steps: 7 } }
    const own = recipeHash(parseRecipe(recipe))
    expect(recipeHash(parseRecipe({ $schema: './recipe.json', ...recipe }))).toBe(own)
    expect(parseRecipe({ $schema: 'https://example.org/', ...recipe })).toEqual(parseRecipe(recipe))
  })

  test('does not say that its schema is a number', () => {
    expect(() => parseRecipe({ $schema: 1 })).toThrow('recipe, field $schema')
  })

  test('is completed with the rules that peers carry out', () => {
    const { examples } = (
      published('recipe') as never as { properties: { averaging: { properties: { rule: Examples } } } }
    ).properties.averaging.properties.rule
    expect(examples).toContain('dpsgd')
    expect(examples).not.toContain('fedavg')
  })
})

interface Examples {
  readonly examples: readonly string[]
}

describe('a result', () => {
  const digits = loadDataset('digits', { seed: 1, samples: 60 })

  async function resultOf(recipe: RecipeInput, options: Partial<SimulationOptions>): Promise<unknown> {
    const { task } = parseRecipe(recipe).objective
    const data = { classify: await digits, regress: { train: measured(60, 1), test: measured(30, 2) } }
    const result = await simulate({
      recipe,
      seed: 1,
      peers: 4,
      engine: 'matrix',
      workers: 1,
      data: task === 'classify' || task === 'regress' ? data[task] : undefined,
      ...options,
    })
    return JSON.parse(JSON.stringify(result))
  }

  const trained: RecipeInput = { model: { name: 'linear' }, training: { steps: 4 }, exchange: { localSteps: 2 } }
  const averaged: RecipeInput = {
    objective: { task: 'consensus' },
    model: { name: 'vector', shape: [20], classes: 0 },
    averaging: { rule: 'dpsgd', topology: 'ring' },
    training: { steps: 0 },
  }
  const REGRESSION: RecipeInput = {
    ...trained,
    objective: { task: 'regress' },
    model: { name: 'linear', shape: [3], classes: 0, outputs: 1 },
    data: { standardise: true },
  }
  const LIARS = { rounds: 5, byzantine: { share: 0.25, attack: 'sign-flip' } }
  const DIVERGING: RecipeInput = { ...trained, training: { steps: 40, learningRate: 1e30, momentum: 0.99 } }

  test.each<[what: string, recipe: RecipeInput, options: Partial<SimulationOptions>]>([
    ['of training in the matrix engine', trained, {}],
    ['of a regression', REGRESSION, {}],
    [
      'of averaging in a bad network',
      averaged,
      {
        engine: 'virtual',
        rounds: 5,
        loss: 0.01,
        churn: 0.001,
        delay: '5-50',
        bandwidth: { host: 100, link: 50 },
        stragglers: { share: 0.25, links: 2 },
        splits: [{ at: 1, until: 2, share: 0.5 }],
      },
    ],
    ['of averaging with liars', { ...averaged, averaging: { rule: 'dpsgd', aggregator: 'median' } }, LIARS],
    ['that diverged', DIVERGING, {}],
  ])('%s has the fields that are published, and no others', async (_what, recipe, options) => {
    requireDescribedResult(await resultOf(recipe, options))
  })

  test('with a field that is not described is noticed by these tests', async () => {
    const result = (await resultOf(averaged, { rounds: 2 })) as object
    expect(() => requireDescribedResult({ ...result, speed: 1 })).toThrow('speed')
  })
})

test('an event that is not described, or not as it is, is noticed by these tests', () => {
  const line = { event: 'warning', time: '2026-11-30T12:00:00.000Z', message: 'look' }
  requireDescribedEvent(line)
  expect(() => requireDescribedEvent({ ...line, level: 1 })).toThrow('level')
  expect(() => requireDescribedEvent({ ...line, message: 1 })).toThrow('/message')
  expect(() => requireDescribedEvent({ ...line, event: 'joke' })).toThrow('no event joke')
})
