import { expect, test } from 'vitest'
import { secondOrder } from '../../examples/own-rule/second-order.ts'
import { applyMixing, createMessage, mixingMatrix, ring } from '../../src/public/algorithms.ts'
import { startProgram } from '../peer/command-line.ts'

test('the rule keeps the mean, and agrees in far fewer rounds than the built-in one; learning peers stay closer', async () => {
  const { code, stdout, stderr } = await startProgram('examples/own-rule/main.ts', []).finished
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const [builtIn, own] = [...stdout.matchAll(/^(\S+) +(\d+) rounds +mean moved by (\S+)$/gm)]
  expect([builtIn[1], own[1]]).toEqual(['dpsgd', 'second-order:1.72'])
  expect(Number(builtIn[2])).toBeGreaterThan(5 * Number(own[2]))
  // Of 64 roundings of float32, and no more.
  expect(Number(own[3])).toBeLessThan(1e-5)
  const distances = [...stdout.matchAll(/^\S+ .+ distance ([\d.]+)$/gm)].map(([, distance]) => Number(distance))
  expect(distances).toHaveLength(2)
  expect(distances[1]).toBeLessThan(0.6 * distances[0])
})

const PEERS = 5
const host = { peers: PEERS, samples: 1, allocate: (length: number) => new Float64Array(length) }

/** One round of everybody on a ring. */
function runRound(rule: ReturnType<typeof secondOrder>, states: readonly ReturnType<typeof rule.start>[]): void {
  const W = mixingMatrix(ring, PEERS, 0)
  const weights = applyMixing(
    W,
    states.map((_, i) => Float64Array.from(states, (_state, j) => Number(i === j))),
  )
  const messages = states.map(state => {
    const message = createMessage(rule.message, 1, host)
    rule.send(state, undefined, message, undefined as never)
    return message
  })
  for (const [i, state] of states.entries()) {
    const received = messages.flatMap((message, peer) =>
      peer !== i && weights[i][peer] > 0 ? [{ peer, weight: weights[i][peer], message }] : [],
    )
    rule.merge(state, received, weights[i][i])
  }
}

test('what is learned on the way moves the mean by its own mean, and is not taken for movement', () => {
  const rule = secondOrder(1.5)
  const states = Array.from({ length: PEERS }, (_, i) => rule.start(Float64Array.of(i), host))
  const mean = () => states.reduce((sum, state) => sum + rule.estimate(state)[0], 0) / PEERS
  runRound(rule, states)
  expect(mean()).toBeCloseTo(2, 12)
  rule.train(states[0], Float64Array.of(5))
  for (let round = 0; round < 100; round++) runRound(rule, states)
  expect(mean()).toBeCloseTo(3, 12)
  for (const state of states) expect(rule.estimate(state)[0]).toBeCloseTo(3, 6)
})
