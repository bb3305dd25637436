import { expect, test } from 'vitest'
import { createAveragingWorld } from './averaging-world.ts'
import { createDriftTrainer } from './drift-trainer.ts'

const STEPS = 200
const LOCAL_STEPS = 10

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
