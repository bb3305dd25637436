import { describe, test } from 'vitest'
import { createVirtualWorld } from '../../simulations/virtual/network-world.ts'
import { networkCompliance } from '../../src/testing/network-compliance.ts'

describe('the network of the simulation', () => {
  for (const { title, run } of networkCompliance(createVirtualWorld())) test(title, run)
})
