import { expect, test } from 'vitest'
import { HEARD_A_SECOND } from '../../src/gossip/membership/constants.ts'
import { keepCompany } from './company.ts'

test('60 peers tell each no more than 20 do, and seal', async () => {
  const few = await keepCompany({ peers: 20, delay: '1-5', steps: 500 })
  const many = await keepCompany({ peers: 60, delay: '1-5', steps: 500 })
  expect(few.training.announcementsPerSecond).toBeGreaterThan(0.9)
  expect(few.heardPerSecond).toBeLessThan(1.1 * HEARD_A_SECOND)
  expect(many.heardPerSecond).toBeLessThan(1.5 * HEARD_A_SECOND)
  expect(many.end.announcementsPerSecond).toBeLessThan(2.5)
  for (const { sealSeconds } of [few, many]) expect(sealSeconds).toBeLessThan(5)
})
