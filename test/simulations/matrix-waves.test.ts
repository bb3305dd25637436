import fc from 'fast-check'
import { expect, test } from 'vitest'
import { wavesOf } from '../../simulations/matrix/waves.ts'

const PEERS = 6
const pairs = fc.array(
  fc.tuple(fc.nat(PEERS - 1), fc.nat(PEERS - 1)).filter(([a, b]) => a !== b),
  { maxLength: 20 },
)

test('nobody takes part twice in a wave, and waves, each at once, give what the exchanges give one after another', () => {
  fc.assert(
    fc.property(pairs, exchanges => {
      const waves = wavesOf(exchanges, PEERS)
      for (const wave of waves) expect(new Set(wave.flat()).size).toBe(2 * wave.length)

      const sequential = Array.from({ length: PEERS }, (_, peer) => 2 ** peer)
      for (const [a, b] of exchanges) sequential[a] = sequential[b] = (sequential[a] + sequential[b]) / 2
      let inWaves = Array.from({ length: PEERS }, (_, peer) => 2 ** peer)
      for (const wave of waves) {
        const before = inWaves
        inWaves = [...before]
        for (const [a, b] of wave) inWaves[a] = inWaves[b] = (before[a] + before[b]) / 2
      }
      expect(inWaves).toEqual(sequential)
    }),
  )
})
