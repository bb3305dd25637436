import { expect, test } from 'vitest'
import { parseRecipe, simulate } from '../../src/index.ts'

/** A ring of five with a chord, of which no engine has a name. */
const edges = '0 1\n1 2\n2 3\n3 4\n4 0\n0 2\n'

test.for(['matrix', 'virtual'] as const)('the engine %s averages along a list of edges', async engine => {
  const recipe = parseRecipe({
    objective: { task: 'consensus' },
    model: { name: 'vector', shape: [4], classes: 0 },
    training: { steps: 0 },
    averaging: { rule: 'dpsgd', topology: 'file:chord' },
  })
  const result = await simulate({ recipe, peers: 5, rounds: 10, seed: 1, engine, edges })
  expect(result.spectralGap).toBeCloseTo(0.345, 3)
  // It says by itself who averaged with whom.
  expect(result.edges).toBe(edges)
  expect(result.final.consensusDistance).toBeLessThan(result.rounds[0].consensusDistance / 10)
  await expect(simulate({ recipe, peers: 6, rounds: 10, seed: 1, engine, edges })).rejects.toThrow('ties 5 peers')
})
