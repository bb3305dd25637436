import { expect, test } from 'vitest'
import { mutateStates } from './mutations.ts'

test('of twenty states that were damaged each is read as its newest whole one, or refused', async () => {
  const { wrong, asAfterACrash: _, ...counts } = await mutateStates(20)
  expect(wrong).toEqual([])
  for (const count of Object.values(counts)) expect(count).toBeGreaterThan(0)
}, 180_000)
