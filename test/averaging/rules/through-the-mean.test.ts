/** Rules in which everybody averages with everybody. */

import { describe, expect, it } from 'vitest'
import { mixingMatrix } from '../../../src/averaging/mixing.ts'
import { allreduce } from '../../../src/averaging/rules/allreduce.ts'
import { fedavg } from '../../../src/averaging/rules/fedavg.ts'
import { scaffold } from '../../../src/averaging/rules/scaffold.ts'
import { complete } from '../../../src/averaging/topologies/complete.ts'
import { createRandom } from '../../../src/random/random.ts'
import { driveRule } from '../drive-rule.ts'

const W = mixingMatrix(complete, 3, 0)
const start = [1, 2, 6].map(value => Float64Array.of(value))

describe.each([allreduce, fedavg, scaffold].map(rule => [rule.name, rule] as const))('%s', (_, rule) => {
  it('brings peers that started apart to their mean in one round', () => {
    const swarm = driveRule(rule, start)
    swarm.round(W)
    expect(swarm.estimates().map(([x]) => x)).toEqual([3, 3, 3])
  })

  it('moves everybody by the mean of the updates', () => {
    const swarm = driveRule(
      rule,
      start.map(() => Float64Array.of(5)),
    )
    swarm.round(W, () => [3, -6, 9].map(value => Float64Array.of(value)))
    expect(swarm.estimates().map(([x]) => x)).toEqual([7, 7, 7])
  })
})

describe('SCAFFOLD', () => {
  it('steps in the second round along the mean of what all wanted in the first', () => {
    const swarm = driveRule(
      scaffold,
      start.map(() => new Float64Array(1)),
    )
    const wanted = [3, -6, 9].map(value => Float64Array.of(value))
    swarm.round(W, () => wanted)
    wanted.forEach((update, i) => {
      scaffold.train(swarm.states[i] as ReturnType<typeof scaffold.start>, update)
    })
    // Each stands at 2, the mean; its own update is what its control variate expected, so that only the mean of all is left.
    expect(swarm.estimates().map(([y]) => y)).toEqual([4, 4, 4])
  })

  it('takes in its own change when it hears everyone’s, and not before', () => {
    const state = scaffold.start(new Float64Array(1), { peers: 2, samples: 1, allocate: n => new Float64Array(n) })
    const message = { vectors: [new Float64Array(1), new Float64Array(1)], scalars: new Float64Array(0) }
    scaffold.train(state, Float64Array.of(6))
    scaffold.send(state, undefined, message, createRandom(1))
    scaffold.merge(state, [], 0)
    expect([state.own[0], state.everyones[0]]).toEqual([0, 0])
    scaffold.send(state, undefined, message, createRandom(1))
    scaffold.merge(state, [{ peer: 0, weight: 1, message }], 0)
    expect([state.own[0], state.everyones[0]]).toEqual([6, 6])
  })

  it('divides by the steps that were made in a round', () => {
    const state = scaffold.start(new Float64Array(1), { peers: 1, samples: 1, allocate: n => new Float64Array(n) })
    const message = { vectors: [new Float64Array(1), new Float64Array(1)], scalars: new Float64Array(0) }
    const changes = [[1, 2, 6], [8]].map(steps => {
      for (const step of steps) scaffold.train(state, Float64Array.of(step))
      scaffold.send(state, undefined, message, createRandom(1))
      scaffold.merge(state, [{ peer: 0, weight: 1, message }], 0)
      return message.vectors[1][0]
    })
    // From 0 to 3, their mean, and on to 8.
    expect(changes).toEqual([3, 5])
  })
})

describe('FedAvg', () => {
  it('lets a peer without samples count for nothing', () => {
    const swarm = driveRule(fedavg, start, { samples: peer => [3, 9, 0][peer] })
    swarm.round(W)
    expect(swarm.estimates().map(([x]) => x)).toEqual([1.75, 1.75, 1.75])
  })
})
