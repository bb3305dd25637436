import { expect, test } from 'vitest'
import { createPeer, type Trainer, UsageError } from '../../src/index.ts'
import { createLayout, hashParameters } from '../../src/public/models.ts'

const network = { listen: ['/ip4/127.0.0.1/tcp/0'], mdns: false } as const

/** Pulls every parameter half way towards a number. */
function pullsTowards(goal: number): Trainer & { stopped: boolean } {
  return {
    stopped: false,
    layout: createLayout([{ name: 'point', shape: [3], trainable: true }]),
    backend: 'arithmetic',
    samples: 7,
    initial: async () => new Float32Array(3),
    async train(parameters, steps) {
      const share = 1 - 0.5 ** steps
      return { update: parameters.map(value => share * (goal - value)), loss: 1, samples: steps, seconds: 1 }
    },
    evaluate: async parameters => ({ loss: Math.abs(parameters[0]), accuracy: 0.5, samples: 1 }),
    state: async () => ({ tensors: {}, metadata: {} }),
    restore: async () => {},
    async stop() {
      this.stopped = true
    },
  }
}

test('peers that bring trainers of their own average what those have learned', async () => {
  const recipe = { model: { name: 'point', shape: [3], classes: 0 }, training: { steps: 40 } }
  const trainers = [pullsTowards(1), pullsTowards(5)]
  const first = await createPeer({ recipe, trainer: trainers[0], network })
  await first.listen()
  const second = await createPeer({ recipe, trainer: trainers[1], network: { ...network, connect: first.addresses() } })
  const peers = [first, second]
  let shard: number | undefined
  first.addEventListener('started', ({ detail }) => {
    shard = detail.shard
  })
  try {
    await Promise.all(peers.map(peer => peer.start()))
    const signal = AbortSignal.timeout(40_000)
    const agreed = await Promise.all(peers.map(peer => peer.untilConsensus({ signal })))
    expect(agreed[0].parametersHash).toBe(hashParameters(second.parameters()))
    expect(first.parameters()).toEqual(second.parameters())
    // Neither goal: something of both.
    expect(first.parameters()[0]).toBeGreaterThan(1.01)
    expect(first.parameters()[0]).toBeLessThan(4.99)
    expect(shard).toBe(7)
    await expect(first.model()).rejects.toThrow('the model of a trainer of its own is not TensorFlow.js')
  } finally {
    await Promise.all(peers.map(peer => peer.stop()))
  }
  expect(trainers.map(({ stopped }) => stopped)).toEqual([true, true])
}, 60_000)

test('a trainer and data together are refused: the trainer has its own', async () => {
  const refused = createPeer({ trainer: pullsTowards(1), data: 'digits', network })
  await expect(refused).rejects.toThrow(UsageError)
  await expect(refused).rejects.toThrow('takes no data')
})
