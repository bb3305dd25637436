import { describe, expect, it } from 'vitest'
import { createMessage, type RuleHost, type RuleMessage } from '../../../src/averaging/rule.ts'
import { relaysum } from '../../../src/averaging/rules/relaysum.ts'
import { createRandom } from '../../../src/random/random.ts'

const host: RuleHost = { peers: 4, samples: 1, allocate: length => new Float64Array(length) }

function said(value: number, count: number): RuleMessage {
  return { vectors: [Float64Array.of(value)], scalars: Float64Array.of(count) }
}

function relay(state: ReturnType<typeof relaysum.start>, to: string): [sum: number, count: number] {
  const message = createMessage(relaysum.message, 1, host)
  relaysum.send(state, { peer: to, weight: 0 }, message, createRandom(1))
  return [message.vectors[0][0], message.scalars[0]]
}

const from = (peer: string, value: number, count: number) => ({ peer, weight: 0, message: said(value, count) })

describe('RelaySum', () => {
  it('relays to a neighbour what all the others said, and not what that neighbour said', () => {
    const state = relaysum.start(Float64Array.of(1), host)
    relaysum.merge(state, [from('a', 10, 1), from('b', 100, 1)], 0)
    // x is now ((4 − 2) · 1 + 110) / 4 = 28.
    expect(relay(state, 'a')).toEqual([128, 2])
    expect(relay(state, 'b')).toEqual([38, 2])
    expect(relay(state, 'c')).toEqual([138, 3])
  })

  it('forgets what a neighbour said when the next message is lost', () => {
    const state = relaysum.start(Float64Array.of(1), host)
    relaysum.merge(state, [from('a', 10, 1), from('b', 100, 1)], 0)
    relaysum.merge(state, [from('a', 12, 1)], 0)
    // x is now (3 · 28 + 12) / 4 = 24.
    expect(relay(state, 'a')).toEqual([24, 1])
    expect(relay(state, 'b')).toEqual([36, 2])
  })

  it('keeps its model where nothing arrives', () => {
    const state = relaysum.start(Float64Array.of(5), host)
    relaysum.merge(state, [], 0)
    expect([...relaysum.estimate(state)]).toEqual([5])
  })
})
