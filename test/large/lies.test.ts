import { vi } from 'vitest'
import { testHonestBeside } from '../attacks/beside-lies.ts'

// Virtual minutes of a whole swarm each.
vi.setConfig({ testTimeout: 120_000 })

testHonestBeside([
  ['claims-of-age', 1, 'vector'],
  ['sealed-on', 5, 'vector'],
  ['trains-for-ever', 1],
  ['far-sketches', 2],
  ['trains-again', 1, 'again'],
  ['holds-fetch-places', 4, 'held'],
  ['done-at-once', 5, 'done'],
  ['refuses-the-seal', 6, 'refused'],
])
