import { expect, test } from 'vitest'
import { STEP_MS } from '../../../simulations/defaults.ts'
import { loadDataset, parseRecipe, type RoundResult, simulate } from '../../../src/index.ts'

const LOCAL_STEPS = 10
const ROUNDS = 10

/** More than an exchange over this network takes, and a partner that begins its interval as much later. */
const AVERAGING_MS = 25

test('two that average in pairs train on as soon as their exchange is over, whoever has begun it', async () => {
  const rounds: RoundResult[] = []
  await simulate({
    recipe: parseRecipe({
      model: { name: 'linear' },
      training: { steps: ROUNDS * LOCAL_STEPS },
      averaging: { rule: 'adpsgd' },
      exchange: { localSteps: LOCAL_STEPS },
    }),
    data: await loadDataset('digits', { seed: 1 }),
    peers: 2,
    seed: 1,
    delay: '1-2',
    onRound: round => void rounds.push(round),
  })
  const trained = rounds.filter(({ round }) => round >= 1 && round < ROUNDS)
  const seconds = trained[trained.length - 1].time - trained[0].time
  const most = (trained.length - 1) * (LOCAL_STEPS * STEP_MS + AVERAGING_MS)
  expect(trained.length).toBe(ROUNDS - 1)
  expect(1_000 * seconds).toBeLessThan(most)
})
