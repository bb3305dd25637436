import { expect, test } from 'vitest'
import { runSwarm } from '../../simulations/swarm.ts'
import { UsageError } from '../../src/errors.ts'
import { blobs } from '../training/blobs.ts'

test('a swarm that averages nothing cannot standardise: nobody could judge peers with statistics of their own', async () => {
  const data = { train: blobs(60, 1), test: blobs(20, 2) }
  const swarm = runSwarm({
    recipe: {
      model: { name: 'linear', shape: [6], classes: 3 },
      averaging: { rule: 'none' },
      data: { standardise: true },
    },
    peers: 2,
    data,
    partition: 'iid',
    seed: 1,
  })
  await expect(swarm).rejects.toThrow(UsageError)
  await expect(swarm).rejects.toThrow('the rule none')
})
