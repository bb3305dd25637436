import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { mean } from '../../src/averaging/aggregators/mean.ts'
import { mixingMatrix } from '../../src/averaging/mixing.ts'
import { dpsgd } from '../../src/averaging/rules/dpsgd.ts'
import { ring } from '../../src/averaging/topologies/ring.ts'
import { createPeer, type Peer, type Trainer } from '../../src/index.ts'
import { createLayout } from '../../src/public/models.ts'
import { driveRule } from '../averaging/drive-rule.ts'

const PEERS = 4
const ROUNDS = 10
const LENGTH = 5
/** Long beside what a busy machine adds to a step: a peer that seems much slower than the others is not waited for. */
const STEP_MS = 50
/** Longer than a round waits for anybody. */
const STALL_MS = 1_000
/** The step of them all in which their event loop stands still: nobody is late by that. */
const STALLED_STEP = 5 * PEERS
const network = { listen: ['/ip4/127.0.0.1/tcp/0'], mdns: false } as const

/** The update of one step: a quarter of the way to the goal, where a peer's data would have every parameter. */
const step = (value: number, goal: number) => 0.25 * (goal - value)

function stall(): void {
  const began = performance.now()
  while (performance.now() - began < STALL_MS);
}

function pullsTowards(goal: () => number, count: () => number): Trainer {
  return {
    layout: createLayout([{ name: 'point', shape: [LENGTH], trainable: true }]),
    backend: 'arithmetic',
    samples: 1,
    initial: async () => new Float32Array(LENGTH),
    async train(parameters) {
      if (count() === STALLED_STEP) stall()
      await setTimeout(STEP_MS)
      return { update: parameters.map(value => step(value, goal())), loss: 1, samples: 1, seconds: STEP_MS / 1000 }
    },
    evaluate: async () => ({ loss: 1, accuracy: 0.5, samples: 1 }),
    state: async () => ({ tensors: {}, metadata: {} }),
    restore: async () => {},
    stop: async () => {},
  }
}

test('real peers that average in step have what D-PSGD says after every round', async () => {
  const recipe = {
    model: { name: 'point', shape: [LENGTH], classes: 0 },
    training: { steps: ROUNDS },
    exchange: { localSteps: 1 },
    averaging: { topology: 'ring', rule: 'dpsgd' },
  }
  // IndexChoice on the ring follow from the ids, so who wants what is decided when they are known.
  const goals = new Map<Peer, number>()
  const peers: Peer[] = []
  let steps = 0
  try {
    for (let i = 0; i < PEERS; i++) {
      const connect = peers[0]?.addresses() ?? []
      const trainer = pullsTowards(
        () => goals.get(peer) ?? Number.NaN,
        () => ++steps,
      )
      const peer: Peer = await createPeer({ recipe, trainer, minimumPeers: PEERS, network: { ...network, connect } })
      peers.push(peer)
      await peer.listen()
    }
    const placed = [...peers].sort((a, b) => (a.id < b.id ? -1 : 1))
    placed.forEach((peer, place) => {
      goals.set(peer, place)
    })
    await Promise.all(peers.map(peer => peer.start()))
    const signal = AbortSignal.timeout(60_000)
    await Promise.all(peers.map(peer => peer.untilConsensus({ signal })))

    // A round that went on without somebody has another matrix. Nobody is late here.
    for (const { exchanges, exchangesAsked } of peers.map(peer => peer.status())) expect(exchanges).toBe(exchangesAsked)
    const expected = driveRule(
      dpsgd(mean),
      Array.from({ length: PEERS }, () => new Float64Array(LENGTH)),
    )
    for (let round = 1; round <= ROUNDS; round++) {
      expected.round(mixingMatrix(ring, PEERS, round), estimates =>
        estimates.map((x, i) => x.map(value => step(value, i))),
      )
    }
    expected.estimates().forEach((estimate, place) => {
      expect(placed[place].trained()?.[0]).toBeCloseTo(estimate[0], 5)
    })
  } finally {
    await Promise.all(peers.map(peer => peer.stop()))
  }
}, 90_000)
