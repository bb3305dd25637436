import { expect, test } from 'vitest'
import { runSwarm } from '../../simulations/swarm.ts'
import type { SwarmOptions } from '../../simulations/swarm-options.ts'
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

test('a swarm that agrees on how frequent classes are, and on nothing else, is judged from the beginning', async () => {
  const { rounds, final } = await runSwarm({
    recipe: { model: { name: 'linear', shape: [6], classes: 3 }, training: { steps: 20, classWeights: 'balanced' } },
    peers: 2,
    data: { train: blobs(60, 1), test: blobs(20, 2) },
    partition: 'iid',
    seed: 1,
    backend: 'wasm',
  })
  expect(rounds.filter(({ merged }) => merged === null)).toEqual([])
  expect(final.merged?.figures).toMatchObject({ samples: 20 })
}, 60_000)

test('an invited recipe is rehearsed without its founder, by peers that let in one another alone', async () => {
  const founder = '12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN'
  const options: SwarmOptions = {
    recipe: {
      model: { name: 'linear', shape: [6], classes: 3 },
      training: { steps: 20 },
      security: { membership: 'invited', founder },
    },
    peers: 2,
    data: { train: blobs(60, 1), test: blobs(20, 2) },
    partition: 'iid',
    seed: 1,
    backend: 'wasm',
  }
  const { recipe, sealed } = await runSwarm(options)
  expect(recipe.security).toMatchObject({ membership: 'invited', founder })
  expect(sealed).toBe(true)
  await expect(runSwarm({ ...options, mdns: true })).rejects.toThrow('leave out connect and mdns')
}, 60_000)
