import { expect, test } from 'vitest'
import { recipeFor } from '../../src/library/recipe-for.ts'
import { simulate } from '../../src/public/simulate.ts'
import { measured } from '../training/measured.ts'

const data = { train: measured(240, 1), test: measured(400, 2) }
/** Values vary by 3² + 2² + 0.5² and 0.5² of noise, which nobody can predict. */
const BEST_R2 = 13.25 / 13.5

const recipe = recipeFor(data, {
  model: { name: 'linear' },
  training: { steps: 200 },
  exchange: { localSteps: 10 },
})

test.each(['virtual', 'matrix'] as const)('four peers of the engine %s predict as well as can be', async engine => {
  const run = { recipe, data, peers: 4, partition: 'iid', seed: 1, engine, evaluateEvery: 1_000 }
  const { final, peerResults, rounds } = await simulate(run)
  const { merged, localR2, localAccuracy } = final
  expect(merged?.r2).toBeGreaterThan(BEST_R2 - 0.01)
  expect(merged?.r2).toBeLessThan(BEST_R2 + 0.01)
  expect(merged?.rmse).toBeCloseTo(0.5, 1)
  expect(rounds[0].merged?.r2).toBeLessThan(0.5)
  expect({ accuracy: merged?.accuracy, localAccuracy }).toEqual({ accuracy: null, localAccuracy: null })
  expect(localR2?.min).toBeGreaterThan(BEST_R2 - 0.05)
  for (const peer of peerResults) {
    expect(peer.accuracy).toBeNull()
    expect(peer.r2).toBeGreaterThan(BEST_R2 - 0.05)
  }
})

test('peers whose values are in one unit learn the same as those in a thousandth of it', async () => {
  const scaled = (dataset: typeof data.train) => ({ ...dataset, values: dataset.values?.map(value => 1_000 * value) })
  const run = {
    recipe,
    data: { train: scaled(data.train), test: scaled(data.test) },
    peers: 2,
    partition: 'iid',
    seed: 1,
  }
  const [{ final: metres }, { final: millimetres }] = [await simulate({ ...run, data }), await simulate(run)]
  expect(millimetres.merged?.r2).toBeCloseTo(metres.merged?.r2 ?? 0, 4)
  expect((millimetres.merged?.rmse ?? 0) / 1_000).toBeCloseTo(metres.merged?.rmse ?? 0, 3)
})
