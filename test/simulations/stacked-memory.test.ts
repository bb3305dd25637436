import { expect, test } from 'vitest'
import { digits } from '../../src/data/digits.ts'
import { parseRecipe, simulate } from '../../src/index.ts'

test('vectors fit into the memory wherever it has to grow', async () => {
  const data = await digits.load('', { seed: 1, samples: 64 })
  // From smaller than what a thread takes at once to larger, so that some come to lie across its end.
  for (const units of [64, 128, 192, 256, 320, 384]) {
    const recipe = parseRecipe({ model: { name: `mlp:${units}` }, training: { steps: 2 }, averaging: { rule: 'none' } })
    const { final } = await simulate({ recipe, peers: 1, data, partition: 'iid', seed: 1, engine: 'matrix' })
    expect(final.merged?.loss).toBeGreaterThan(0)
  }
})
