/** Rules that correct for the heterogeneity of the data. */

import { describe, expect, it } from 'vitest'
import { mean } from '../../../src/averaging/aggregators/mean.ts'
import { applyMixing, lazy, mixingMatrix } from '../../../src/averaging/mixing.ts'
import { d2 } from '../../../src/averaging/rules/d2.ts'
import { dpsgd } from '../../../src/averaging/rules/dpsgd.ts'
import { extra } from '../../../src/averaging/rules/extra.ts'
import { gradientTracking } from '../../../src/averaging/rules/gradient-tracking.ts'
import { ring } from '../../../src/averaging/topologies/ring.ts'
import { distance, preciseMeanOf } from '../../../src/parameters/vectors.ts'
import { createRandom } from '../../../src/random/random.ts'
import { driveRule } from '../drive-rule.ts'
import { inFloat32 } from './in-float32.ts'

const PEERS = 7
const W = mixingMatrix(ring, PEERS, 0)

function normalVectors(seed: number): Float64Array[] {
  const random = createRandom(seed)
  return Array.from({ length: PEERS }, () => Float64Array.from({ length: 5 }, () => random.normal()))
}

describe.each([d2, gradientTracking].map(rule => [rule.name, rule] as const))('%s', (_, rule) => {
  it('begins as D-PSGD does', () => {
    const [start, updates] = [normalVectors(1), normalVectors(2)]
    const [corrected, plain] = [rule, dpsgd(mean)].map(one => driveRule(one, start))
    for (const swarm of [corrected, plain]) swarm.round(W, () => updates)
    corrected.estimates().forEach((x, i) => {
      expect(distance(x, plain.estimates()[i])).toBeLessThan(1e-14)
    })
  })
})

describe('D²', () => {
  it('corrects also where nobody trains', () => {
    const start = normalVectors(1)
    const swarm = driveRule(d2, start)
    let before = start
    let now = applyMixing(W, start)
    swarm.round(W)
    for (let round = 0; round < 10; round++) {
      const next = applyMixing(
        W,
        now.map((x, i) => x.map((value, p) => 2 * value - before[i][p])),
      )
      before = now
      now = next
      swarm.round(W)
    }
    swarm.estimates().forEach((x, i) => {
      expect(distance(x, now[i])).toBeLessThan(1e-13)
    })
  })
})

describe('EXTRA', () => {
  it('begins with W x + u: it combines before it adapts', () => {
    const [start, updates] = [normalVectors(1), normalVectors(2)]
    const [swarm, mixed] = [extra, dpsgd(mean)].map(one => driveRule(one, start))
    swarm.round(W, () => updates)
    mixed.round(W)
    swarm.estimates().forEach((x, i) => {
      const expected = mixed.estimates()[i].map((value, p) => value + updates[i][p])
      expect(distance(x, expected)).toBeLessThan(1e-14)
    })
  })
})

describe.each([d2, gradientTracking, extra].map(rule => [rule.name, rule] as const))('%s', (_, rule) => {
  it('moves the mean by exactly the mean of the updates', () => {
    const swarm = driveRule(rule, normalVectors(1))
    const expected = preciseMeanOf(swarm.estimates())
    for (let round = 0; round < 10; round++) {
      const updates = normalVectors(round)
      preciseMeanOf(updates).forEach((value, p) => {
        expected[p] += value
      })
      swarm.round(W, () => updates)
      expect(distance(preciseMeanOf(swarm.estimates()), expected)).toBeLessThan(1e-12)
    }
  })

  it('averages where nobody trains', () => {
    const start = normalVectors(1)
    const swarm = driveRule(rule, start)
    for (let round = 0; round < 300; round++) swarm.round(W)
    const mean = preciseMeanOf(start)
    for (const x of swarm.estimates()) expect(distance(x, mean)).toBeLessThan(1e-8)
  })

  it('keeps the mean in float32 to a few times 10⁻⁸ a round', () => {
    const random = createRandom(1)
    const start = Array.from({ length: 16 }, () => Float64Array.from({ length: 20 }, () => random.normal()))
    const swarm = driveRule(inFloat32(rule), start)
    const slow = lazy(mixingMatrix(ring, 16, 0), 0.03)
    for (let round = 0; round < 4_000; round++) swarm.round(slow)
    // Six seeds gave at most 1.3e-4; written as x_{t+1} = W (2 x_t − x_{t−1} + …), at least 4.3e-4.
    expect(distance(preciseMeanOf(swarm.estimates()), preciseMeanOf(start))).toBeLessThan(2.5e-4)
  })

  it('moves the mean no further when training stops', () => {
    const swarm = driveRule(rule, normalVectors(1))
    for (let round = 0; round < 3; round++) swarm.round(W, () => normalVectors(round))
    const stopped = preciseMeanOf(swarm.estimates())
    swarm.round(W)
    expect(distance(preciseMeanOf(swarm.estimates()), stopped)).toBeLessThan(1e-12)
  })
})
