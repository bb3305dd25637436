/** Rules that correct for the heterogeneity of the data. */

import { describe, expect, it } from 'vitest'
import { mean } from '../../../src/averaging/aggregators/mean.ts'
import { mixingMatrix } from '../../../src/averaging/mixing.ts'
import { d2 } from '../../../src/averaging/rules/d2.ts'
import { dpsgd } from '../../../src/averaging/rules/dpsgd.ts'
import { extra } from '../../../src/averaging/rules/extra.ts'
import { gradientTracking } from '../../../src/averaging/rules/gradient-tracking.ts'
import { ring } from '../../../src/averaging/topologies/ring.ts'
import { distance, preciseMeanOf } from '../../../src/parameters/vectors.ts'
import { createRandom } from '../../../src/random/random.ts'
import { driveRule } from '../drive-rule.ts'

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

  it('moves the mean no further when training stops', () => {
    const swarm = driveRule(rule, normalVectors(1))
    for (let round = 0; round < 3; round++) swarm.round(W, () => normalVectors(round))
    const stopped = preciseMeanOf(swarm.estimates())
    swarm.round(W)
    expect(distance(preciseMeanOf(swarm.estimates()), stopped)).toBeLessThan(1e-12)
  })
})
