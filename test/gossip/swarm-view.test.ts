import { expect, test } from 'vitest'
import type { WorldOptions } from '../../simulations/virtual/world.ts'
import { mean } from '../../src/averaging/aggregators/mean.ts'
import { dpsgd } from '../../src/averaging/rules/dpsgd.ts'
import type { GossipEvents } from '../../src/gossip/events.ts'
import { TELLING_GAP_MS } from '../../src/gossip/exchange/constants.ts'
import { createAveragingWorld } from './averaging-world.ts'
import { createDriftTrainer, STEP_MS } from './drift-trainer.ts'

const STEPS = 200
const LOCAL_STEPS = 10
const NO_FAULTS = { far: 0, clipped: 0, 'false-sketch': 0, 'wrong-vector': 0, refused: 0, slow: 0, broken: 0 }

test('a peer sees who is there, how far each is from the mean, and what it has to do with each', async () => {
  const world = createAveragingWorld({
    peers: 4,
    steps: STEPS,
    localSteps: LOCAL_STEPS,
    trainer: async (_index, _random, clock) => createDriftTrainer(clock),
  })
  await world.start(0)
  const first = () => world.simulatedPeers[0].gossip
  expect(first()?.view()).toEqual({ distance: null, members: [], links: [] })
  for (const index of [1, 2, 3]) await world.start(index)
  await world.until(() => (first()?.step() ?? 0) >= STEPS / 2)

  const views = world.simulatedPeers.map(({ gossip }) => gossip?.view())
  // All know the same members, so all see the same links: everybody to everybody.
  expect(views.map(view => view?.links)).toEqual(views.map(() => views[0]?.links))
  expect(views[0]?.links?.length).toBe(6)
  for (const [index, view] of views.entries()) {
    const names = view?.members.map(({ peer }) => peer)
    expect(names).toEqual([0, 1, 2, 3].filter(other => other !== index).map(other => `peer-${other}`))
    for (const { phase, step, ownSteps, connected, distance } of view?.members ?? []) {
      expect({ phase, connected }).toEqual({ phase: 'training', connected: true })
      expect(step).toBeGreaterThan(0)
      expect(ownSteps).toBeGreaterThan(0)
      expect(distance).toBeGreaterThan(0)
    }
  }
  // Both sides of an exchange count it when it has ended there.
  for (const [index, view] of views.entries()) {
    for (const { peer, exchanges } of view?.members ?? []) {
      const back = views[Number(peer.slice('peer-'.length))]?.members.find(one => one.peer === `peer-${index}`)
      expect(Math.abs(exchanges - (back?.exchanges ?? 0))).toBeLessThanOrEqual(1)
    }
  }
  expect(views[0]?.members.reduce((sum, { exchanges }) => sum + exchanges, 0)).toBeGreaterThan(3)

  await world.until(() => world.sealed())
  // What the others announced last is from before they took the common vector; all were near enough to agree.
  const sealed = first()?.view()
  expect(sealed?.distance).toBeLessThan(1e-3)
  for (const { distance, exchanging, unsettled } of sealed?.members ?? []) {
    expect(distance).toBeLessThan(1e-3)
    expect({ exchanging, unsettled }).toEqual({ exchanging: false, unsettled: 0 })
  }
})

/** Peers whose steps differ in one number of 64, and one, the last, that goes the other way, three times as far. */
async function trainBesideStray(clipping?: WorldOptions['clipping'], peers = 5) {
  const told: GossipEvents['clipped'][] = []
  const world = createAveragingWorld({
    peers,
    steps: STEPS,
    localSteps: LOCAL_STEPS,
    minimumPeers: peers,
    rule: dpsgd(mean),
    clipping,
    trainer: async (index, _random, clock) => {
      const trainer = createDriftTrainer(clock)
      return {
        ...trainer,
        async train(parameters, steps) {
          const { update, ...trained } = await trainer.train(parameters, steps)
          return {
            ...trained,
            update: update.map((value, k) => (index === peers - 1 ? -3 : k === index ? 5 : 1) * value),
          }
        },
      }
    },
    onEvent(peer, name, detail) {
      if (name === 'clipped' && peer === 'peer-0') told.push(detail as GossipEvents['clipped'])
    },
  })
  await world.startAll()
  const first = () => world.simulatedPeers[0].gossip
  await world.until(() => (first()?.step() ?? 0) >= STEPS - LOCAL_STEPS)
  return { told, status: first()?.status(), members: first()?.view().members ?? [] }
}

test('where merges are clipped a peer sees and tells who is far away, and how much it counts for', async () => {
  const { told, status, members } = await trainBesideStray({})
  const [stray] = members.filter(({ peer }) => peer === 'peer-4')
  const { far, clipped } = stray.faults
  expect(far).toBeGreaterThanOrEqual(2)
  // Nothing is averaged with it any more, so it adds no more to that.
  expect(stray.trust).toBeLessThanOrEqual(1 / 4)
  for (const { peer, trust, faults } of members) {
    if (peer !== stray.peer) expect({ trust, faults }).toEqual({ trust: 1, faults: NO_FAULTS })
  }
  expect(status?.clipped).toBeGreaterThanOrEqual(far + clipped)
  // Once a minute: the run is shorter.
  expect(STEPS * STEP_MS).toBeLessThan(TELLING_GAP_MS)
  expect(told).toEqual([expect.objectContaining({ peer: stray.peer, fault: 'clipped', exchanges: 1, trust: 1 })])
  const [{ distance, usual }] = told
  expect(distance).toBeGreaterThan(3 * usual)
})

test('where they are not, or by a radius that is given, or of two alone, nobody is judged', async () => {
  for (const { clipping, peers } of [{}, { clipping: { radius: 1 } }, { clipping: {}, peers: 2 }]) {
    const { told, status, members } = await trainBesideStray(clipping, peers)
    expect(told).toEqual([])
    expect(members.map(({ trust, faults }) => ({ trust, faults }))).toEqual(
      members.map(() => ({ trust: 1, faults: NO_FAULTS })),
    )
    expect((status?.clipped ?? 0) > 0).toBe(clipping?.radius !== undefined)
  }
})
