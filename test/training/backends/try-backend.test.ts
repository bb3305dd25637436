import { expect, test } from 'vitest'
import { tryBackend } from '../../../src/training/try-backend.ts'

test('a trial that fails gives the reason alone, and beside it what to do', async () => {
  // No machine has so many GPUs.
  const trial = await tryBackend('webgpu', 99)
  if (trial.outcome === 'works') throw new Error('there is a GPU 99')
  expect(trial.reason).not.toMatch(/does not work here|What to do/)
  expect(trial.remedy).not.toBe('')
})
