/** Rules are the same in float32, in which peers train, as in float64, in which their identities are checked. */

import { describe, expect, it } from 'vitest'
import { columnStochasticMatrix, mixingMatrix } from '../../../src/averaging/mixing.ts'
import type { AveragingRule } from '../../../src/averaging/rule.ts'
import { allreduce } from '../../../src/averaging/rules/allreduce.ts'
import { d2 } from '../../../src/averaging/rules/d2.ts'
import { extra } from '../../../src/averaging/rules/extra.ts'
import { fedavg } from '../../../src/averaging/rules/fedavg.ts'
import { gradientTracking } from '../../../src/averaging/rules/gradient-tracking.ts'
import { pushSum } from '../../../src/averaging/rules/push-sum.ts'
import { naivePushSum } from '../../../src/averaging/rules/push-sum-naive.ts'
import { relaysum } from '../../../src/averaging/rules/relaysum.ts'
import { scaffold } from '../../../src/averaging/rules/scaffold.ts'
import { complete } from '../../../src/averaging/topologies/complete.ts'
import { tree } from '../../../src/averaging/topologies/tree.ts'
import { adjacencyOf } from '../../../src/averaging/topology.ts'
import { LengthMismatchError, type Vector } from '../../../src/parameters/vectors.ts'
import { createRandom } from '../../../src/random/random.ts'
import { driveRule } from '../drive-rule.ts'
import { inFloat32 } from './in-float32.ts'

const rules: readonly AveragingRule[] = [
  allreduce,
  d2,
  extra,
  fedavg,
  gradientTracking,
  naivePushSum,
  pushSum,
  relaysum,
  scaffold,
]

const PEERS = 9

function weights(rule: AveragingRule) {
  if (rule.mixing === 'column-stochastic') return columnStochasticMatrix(adjacencyOf(tree(2), PEERS, 0))
  return mixingMatrix(rule.mixing === 'tree' ? tree(2) : complete, PEERS, 0)
}

describe.each(rules.map(rule => [rule.name, rule] as const))('%s', (_, rule) => {
  it('gives in float32 what it gives in float64, but for rounding', () => {
    const random = createRandom(1)
    const start = Array.from({ length: PEERS }, () => Float64Array.from({ length: 20 }, () => random.normal()))
    const [rounded, exact] = [inFloat32(rule), rule].map(one => driveRule(one, start, { samples: peer => 1 + peer }))
    for (let round = 0; round < 20; round++) {
      const updates = start.map(() => Float64Array.from({ length: 20 }, () => 0.1 * random.normal()))
      for (const swarm of [rounded, exact]) swarm.round(weights(rule), () => updates)
    }
    rounded.estimates().forEach((estimate, i) => {
      expect(estimate).toBeInstanceOf(Float32Array)
      estimate.forEach((value, p) => {
        expect(value).toBeCloseTo(exact.estimates()[i][p], 4)
      })
    })
  })

  it('takes no update of another length', () => {
    const state = rule.start(new Float32Array(3), {
      peers: 2,
      samples: 1,
      allocate: length => new Float32Array(length),
    })
    for (const length of [2, 4]) {
      expect(() => rule.train(state, new Float32Array(length) as Vector)).toThrow(LengthMismatchError)
    }
  })
})
