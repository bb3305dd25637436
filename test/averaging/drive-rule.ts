/**
 * Drives a rule in synchronous rounds, in float64 unless told otherwise, and one peer at a time: slow, and easy to see through. The
 * engines must give what this gives.
 *
 * @packageDocumentation
 */

import type { MixingMatrix } from '../../src/averaging/mixing.ts'
import { type AveragingRule, createMessage, type ReceivedMessage, type RuleHost } from '../../src/averaging/rule.ts'
import { preciseMeanOf, type Vector } from '../../src/parameters/vectors.ts'
import { createRandom } from '../../src/random/random.ts'

export interface DrivenRule {
  /** `[peers]`: what each would train on and be judged by. */
  estimates(): Vector[]
  /** `[peers]`, for the tests that look inside. */
  readonly states: readonly unknown[]
  /**
   * One round.
   *
   * @param W of the round: row i says whom peer i hears and the weights of the links
   * @param updates `[peers]`: what training adds, from where each peer stands; none for averaging alone
   * @param arrives whether the message of this round from one peer to another arrives; default: all do
   * @param away peers that take no part, and has no links in W; default: nobody
   */
  round(
    W: MixingMatrix,
    updates?: (estimates: readonly Vector[]) => readonly Vector[],
    arrives?: (from: number, to: number) => boolean,
    away?: (peer: number) => boolean,
  ): void
  /** Bytes that were sent so far. */
  bytes(): number
}

export function driveRule(
  rule: AveragingRule,
  start: readonly Vector[],
  {
    seed = 1,
    samples = () => 1,
    allocate = length => new Float64Array(length),
  }: {
    readonly seed?: number | string
    readonly samples?: (peer: number) => number
    readonly allocate?: (length: number) => Vector
  } = {},
): DrivenRule {
  const random = createRandom(seed)
  const hosts = start.map((_, i): RuleHost => ({ peers: start.length, samples: samples(i), allocate }))
  const randoms = start.map((_, i) => random.fork(i))
  const states = start.map((vector, i) => rule.start(vector, hosts[i]))
  const length = start[0].length
  const empty = () => createMessage(rule.message, length, { allocate })
  let bytes = 0

  function say(from: number, to: number | undefined, weight: number) {
    const message = empty()
    bytes += rule.send(states[from], to === undefined ? undefined : { peer: to, weight }, message, randoms[from])
    return message
  }

  /** The messages of all peers as one: the plain mean. */
  function meanMessage() {
    const said = states.map((_, i) => say(i, undefined, 0))
    const vectors = said[0].vectors.map((_, v) => {
      const mean = allocate(length)
      mean.set(preciseMeanOf(said.map(message => message.vectors[v])))
      return mean
    })
    const scalars = preciseMeanOf(said.map(({ scalars }) => scalars))
    return { vectors, scalars }
  }

  function inboxes(W: MixingMatrix, arrives: (from: number, to: number) => boolean): ReceivedMessage[][] {
    const said = rule.message.to === 'all' ? states.map((_, i) => say(i, undefined, 0)) : undefined
    const received: ReceivedMessage[][] = states.map(() => [])
    for (let i = 0; i < W.peers; i++) {
      for (let k = W.offsets[i]; k < W.offsets[i + 1]; k++) {
        const [j, weight] = [W.neighbours[k], W.weights[k]]
        const message = said?.[j] ?? say(j, i, weight)
        if (arrives(j, i)) received[i].push({ peer: j, weight, message })
      }
    }
    return received
  }

  const estimates = () => states.map(state => rule.estimate(state))

  return {
    estimates,
    states,
    bytes: () => bytes,
    round(W, updates, arrives = () => true, away = () => false) {
      updates?.(estimates()).forEach((update, i) => {
        rule.train(states[i], update)
      })
      if (rule.mixing === 'all') {
        const message = meanMessage()
        states.forEach((state, i) => {
          rule.merge(state, [{ peer: i, weight: 1, message }], 0)
        })
        return
      }
      inboxes(W, arrives).forEach((received, i) => {
        if (away(i)) rule.skip?.(states[i])
        else rule.merge(states[i], received, W.self[i])
      })
    },
  }
}
