import { expect, test } from 'vitest'
import type { SimulationOptions } from '../../simulations/options.ts'
import type { RoundResult } from '../../simulations/result.ts'
import { simulate } from '../../simulations/simulate.ts'
import { simulateRounds } from '../../simulations/simulate-rounds.ts'
import { UsageError } from '../../src/errors.ts'
import { parseRecipe } from '../../src/recipe/recipe.ts'

const recipe = parseRecipe({
  model: { name: 'vector', shape: [4], classes: 0 },
  objective: { task: 'consensus' },
  averaging: { rule: 'dpsgd', topology: 'ring' },
  training: { steps: 0 },
})
const options: SimulationOptions = { recipe, engine: 'matrix', peers: 8, rounds: 20, seed: 1, workers: 1 }

test('gives every round of the run, and the whole result at its end', async () => {
  const rounds: RoundResult[] = []
  const run = simulateRounds(options)
  let next = await run.next()
  for (; !next.done; next = await run.next()) rounds.push(next.value)
  const { timing: _, ...expected } = await simulate(options)
  expect(rounds).toEqual(expected.rounds)
  expect(next.value).toMatchObject(expected)
})

test('a loop that is left early ends the run', async () => {
  const seen: number[] = []
  const endless = { ...options, rounds: 1_000_000_000 }
  for await (const { round } of simulateRounds(endless)) {
    seen.push(round)
    if (round === 3) break
  }
  expect(seen).toEqual([0, 1, 2, 3])
})

test('fails as the run does', async () => {
  await expect(simulateRounds({ ...options, engine: 'steam' as never }).next()).rejects.toThrow(UsageError)
})
