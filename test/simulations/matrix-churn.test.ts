import { expect, test } from 'vitest'
import { withoutPeers } from '../../simulations/matrix/without-peers.ts'
import { simulate } from '../../simulations/simulate.ts'
import { mixingMatrix } from '../../src/averaging/mixing.ts'
import { sparta } from '../../src/averaging/rules/sparta.ts'
import { ring } from '../../src/averaging/topologies/ring.ts'
import { preciseMeanOf } from '../../src/parameters/vectors.ts'
import { createRandom } from '../../src/random/random.ts'
import { parseRecipe, type RecipeInput } from '../../src/recipe/recipe.ts'
import { driveRule } from '../averaging/drive-rule.ts'

const underChurn = (averaging: RecipeInput['averaging']) => {
  const recipe = parseRecipe({
    objective: { task: 'consensus' },
    model: { name: 'vector', shape: [50], classes: 0 },
    training: { steps: 0 },
    averaging,
  })
  return simulate({ engine: 'matrix', recipe, peers: 8, rounds: 30, seed: 1, workers: 1, churn: 0.3 })
}

test('whoever comes back to SPARTA averages the coordinates that the others do', async () => {
  const { final, rounds } = await underChurn({ rule: 'sparta:0.2', topology: 'ring' })
  expect(final.meanDrift).toBeLessThan(1e-6)
  expect(final.consensusDistance).toBeLessThan(rounds[0].consensusDistance / 2)
})

test('a rule that is told of the rounds that it missed keeps the mean', () => {
  const random = createRandom(1)
  const start = Array.from({ length: 5 }, () => Float64Array.from({ length: 20 }, () => random.normal()))
  const swarm = driveRule(sparta('sparta:0.2', 0.2), start)
  const W = mixingMatrix(ring, 5, 0)
  for (let round = 0; round < 10; round++) {
    const away = Uint8Array.from({ length: 5 }, (_, peer) => (round % 5 === peer ? 1 : 0))
    swarm.round(withoutPeers(W, away, 'receiver'), undefined, undefined, peer => away[peer] === 1)
  }
  const expected = preciseMeanOf(start)
  preciseMeanOf(swarm.estimates()).forEach((value, p) => {
    expect(value).toBeCloseTo(expected[p], 12)
  })
})

test('that churn moves the mean of a directed graph is told, and of no other', async () => {
  const [directed, undirected] = [
    await underChurn({ rule: 'dpsgd', topology: 'exponential' }),
    await underChurn({ rule: 'dpsgd', topology: 'ring' }),
  ]
  expect(directed.final.meanDrift).toBeGreaterThan(1e-3)
  expect(directed.notes?.join()).toMatch(/directed: who is away .* moves the mean/)
  expect([undirected.final.meanDrift ?? 1, undirected.notes]).toEqual([expect.closeTo(0, 6), []])
})
