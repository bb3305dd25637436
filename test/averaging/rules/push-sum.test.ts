import { describe, expect, it } from 'vitest'
import { columnStochasticMatrix } from '../../../src/averaging/mixing.ts'
import { createMessage, type RuleHost, type RuleMessage } from '../../../src/averaging/rule.ts'
import { pushSum } from '../../../src/averaging/rules/push-sum.ts'
import { naivePushSum } from '../../../src/averaging/rules/push-sum-naive.ts'
import { exponential } from '../../../src/averaging/topologies/exponential.ts'
import { adjacencyOf } from '../../../src/averaging/topology.ts'
import { preciseMeanOf, type Vector } from '../../../src/parameters/vectors.ts'
import { createRandom } from '../../../src/random/random.ts'
import { driveRule } from '../drive-rule.ts'
import { inFloat32 } from './in-float32.ts'

const host: RuleHost = { peers: 2, samples: 1, allocate: length => new Float64Array(length) }

function push(state: ReturnType<typeof pushSum.start>, to = 'b'): RuleMessage {
  const message = createMessage(pushSum.message, 1, host)
  pushSum.send(state, { peer: to, weight: 0.5 }, message, createRandom(1))
  return message
}

function hear(state: ReturnType<typeof pushSum.start>, messages: readonly RuleMessage[]): void {
  pushSum.merge(
    state,
    messages.map(message => ({ peer: 'a', weight: 0.5, message })),
    0.5,
  )
}

/** x and w at hand. */
const massOf = ({ x, left }: ReturnType<typeof pushSum.start>) => [...x, left]

describe('push-sum with running sums', () => {
  it('adds what a link has pushed since it was last heard of', () => {
    const [a, b] = [8, 0].map(value => pushSum.start(Float64Array.of(value), host))
    const first = push(a)
    hear(a, [])
    const second = push(a)
    hear(b, [second])
    // 4 + 2 of the 8, and 1/2 + 1/4 of the weight, though the first message was lost.
    expect([...first.vectors[0], ...second.vectors[0]]).toEqual([4, 6])
    expect(massOf(b)).toEqual([6, 1.75])
  })

  it('adds nothing for a copy, and takes nothing back for a message that another has overtaken', () => {
    const [a, b] = [8, 0].map(value => pushSum.start(Float64Array.of(value), host))
    const first = push(a)
    hear(a, [])
    const second = push(a)
    hear(b, [second, second])
    expect(massOf(b)).toEqual([6, 1.75])
    hear(b, [first])
    expect(massOf(b)).toEqual([6, 1.75])
  })

  it('keeps a sum for every link', () => {
    const a = pushSum.start(Float64Array.of(8), host)
    const [toB, toC] = [push(a, 'b'), push(a, 'c')]
    expect([...toB.vectors[0], ...toC.vectors[0]]).toEqual([4, 4])
    expect([...a.pushed.keys()]).toEqual(['b', 'c'])
  })

  it('loses no mass to rounding in float32, however long the sums have become', () => {
    const peers = 8
    const W = columnStochasticMatrix(adjacencyOf(exponential, peers, 0))
    const random = createRandom(2)
    const start = Array.from({ length: peers }, () => Float64Array.from({ length: 20 }, () => 1 + random.normal()))
    const swarm = driveRule(inFloat32(pushSum), start)
    for (let round = 0; round < 5_000; round++) swarm.round(W)

    const states = swarm.states as readonly ReturnType<typeof pushSum.start>[]
    const before = preciseMeanOf(start)
    preciseMeanOf(states.map(({ x }) => x)).forEach((value, p) => {
      expect(Math.abs(value - before[p])).toBeLessThan(1e-5)
    })
    for (const estimate of swarm.estimates()) {
      estimate.forEach((value, p) => {
        // 5,000 · 2⁻²⁴ of what passes is what one push may be off by.
        expect(Math.abs(value - before[p])).toBeLessThan(1e-3)
      })
    }
  })
})

describe('naive push-sum', () => {
  it('says the same to everybody, and remembers nothing of its links', () => {
    const state = naivePushSum.start(Float64Array.of(8), host)
    expect(naivePushSum.message.to).toBe('all')
    expect(Object.values(state).filter((kept): kept is Vector => ArrayBuffer.isView(kept))).toHaveLength(2)
  })
})
