import { createVectorTrainer } from '../../simulations/virtual/vector-trainer.ts'
import { createWorld, type World, type WorldOptions } from '../../simulations/virtual/world.ts'
import { adpsgd } from '../../src/averaging/rules/adpsgd.ts'
import { complete } from '../../src/averaging/topologies/complete.ts'

export interface AveragingWorld extends World {
  /** Everything that happened, a line each. */
  readonly events: readonly string[]
  startAll(): Promise<void>
  /** Lets so much time pass. */
  wait(milliseconds: number): Promise<void>
  /** Lets time pass until it holds; fails after so many milliseconds. */
  until(holds: () => boolean, limitMilliseconds?: number): Promise<void>
  /** Waits for something that takes time. */
  during<T>(promise: Promise<T>): Promise<T>
}

/** A swarm on a good network that only averages vectors which start as 0, 1, 2, … in every coordinate. */
export function createAveragingWorld(options: Partial<WorldOptions> & { readonly peers: number }): AveragingWorld {
  const events: string[] = []
  const world = createWorld({
    swarm: 'c0'.repeat(32),
    seed: 1,
    networkConditions: { delay: '1-20', loss: 0 },
    topology: complete,
    steps: 0,
    localSteps: 1,
    rule: adpsgd,
    target: 1e-3,
    maximumNorm: 1e6,
    evaluateEvery: Number.POSITIVE_INFINITY,
    trainer: async (index, random) => createVectorTrainer(64, 'spread', index, random),
    log: line => events.push(line),
    ...options,
  })
  const { clock } = world
  return {
    ...world,
    events,
    async startAll() {
      for (const { index } of world.simulatedPeers) await world.start(index)
    },
    async wait(milliseconds) {
      const end = clock.now() + milliseconds
      clock.after(milliseconds, () => {})
      await clock.run(() => clock.now() >= end)
    },
    until: (holds, limitMilliseconds = 120_000) => clock.run(holds, clock.now() + limitMilliseconds),
    async during(promise) {
      let over = false
      const end = () => {
        over = true
      }
      promise.then(end, end)
      await clock.run(() => over)
      return await promise
    },
  }
}
