import { describe, expect, test } from 'vitest'
import { simulate } from '../../simulations/simulate.ts'
import { loadDataset } from '../../src/data/sources.ts'
import { parseRecipe, type RecipeInput } from '../../src/recipe/recipe.ts'

const consensus = (averaging: RecipeInput['averaging'] = {}) =>
  parseRecipe({
    objective: { task: 'consensus' },
    model: { name: 'vector', shape: [50], classes: 0 },
    training: { steps: 0 },
    averaging,
  })

describe('a simulation that only averages', () => {
  test('has one entry a round, keeps the mean, and comes closer all the time', async () => {
    const { rounds } = await simulate({ recipe: consensus(), peers: 8, rounds: 12, seed: 1 })
    expect(rounds.map(({ round }) => round)).toEqual(Array.from({ length: 13 }, (_, round) => round))
    expect(Math.max(...rounds.map(({ meanDrift }) => meanDrift ?? Number.NaN))).toBeLessThan(1e-6)
    expect(rounds[12].consensusDistance).toBeLessThan(rounds[0].consensusDistance / 100)
  })

  test.each([1, 2, 3])('of %i peers ends after its rounds, also when they are equal long before', async peers => {
    const { final, sealed } = await simulate({ recipe: consensus(), peers, rounds: 40, seed: 1 })
    expect(final.consensusDistance).toBeLessThan(1e-6)
    expect(sealed).toBe(false)
  })

  test('without a number of rounds ends sealed within the target', async () => {
    const { final, sealed } = await simulate({ recipe: consensus(), peers: 6, seed: 1 })
    expect([sealed, final.consensusDistance]).toEqual([true, 0])
    expect(final.meanDrift).toBeLessThan(1e-3)
  })
})

test('a simulation that learns gives the same result twice, timing aside', async () => {
  const data = await loadDataset('digits', { seed: 1, samples: 300 })
  const recipe = parseRecipe({ model: { name: 'linear' }, training: { steps: 60 } })
  const run = () =>
    simulate({
      recipe,
      peers: 4,
      seed: 3,
      data,
      partition: 'dirichlet:0.5',
      loss: 0.1,
      delay: '5-50',
    })
  const [{ timing: _first, ...first }, { timing: _second, ...second }] = [await run(), await run()]
  expect(second).toEqual(first)
  expect(first.sealed).toBe(true)
  expect(first.final.merged?.accuracy).toBeGreaterThan(first.rounds[0].merged?.accuracy ?? 1)
})

test('a topology that does not fit the number of peers is refused before anything runs', async () => {
  const recipe = consensus({ topology: 'random-regular:3' })
  await expect(simulate({ recipe, peers: 5, seed: 1 })).rejects.toThrow(/even number of peers|works/)
})
