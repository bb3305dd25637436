/**
 * The deployed core on a virtual network, with real trainers of the default recipe's model on digits, where every peer's data, speed
 * and start are the caller's to choose.
 *
 * @packageDocumentation
 */

import type { Bandwidth } from '../../../simulations/environment.ts'
import type { VirtualClock } from '../../../simulations/virtual/clock.ts'
import { createWorld, type World, type WorldOptions } from '../../../simulations/virtual/world.ts'
import { parseTopology } from '../../../src/averaging/topologies/registry.ts'
import type { Dataset } from '../../../src/data/dataset.ts'
import type { GossipEvents } from '../../../src/gossip/events.ts'
import type { PeerId } from '../../../src/gossip/ports.ts'
import { peerAveraging } from '../../../src/library/peer-averaging.ts'
import { trainerOptionsOf } from '../../../src/library/trainer-options.ts'
import { type Recipe, recipeHash } from '../../../src/recipe/recipe.ts'
import { chooseBackend } from '../../../src/training/choose-backend.ts'
import { createTrainer } from '../../../src/training/create-trainer.ts'
import type { Trainer } from '../../../src/training/trainer.ts'

/** A local step of the quickest, in virtual milliseconds: a small model on a modest machine. */
export const STEP_MS = 10

/** One that has not ended by then never will. */
const LIMIT_MS = 3_600_000

export interface LearningWorldOptions extends Pick<WorldOptions, 'core'> {
  readonly recipe: Recipe
  /** The shard of each peer. */
  readonly shards: readonly Dataset[]
  readonly test: Dataset
  readonly seed: number
  /** How many times longer a local step takes a peer. Default: 1. */
  readonly slowness?: (index: number) => number
  /** The same of its links. Default: 1. */
  readonly slowLinks?: (index: number) => number
  readonly delay?: string
  readonly bandwidth?: Bandwidth
  /** Members that must be there before anybody trains. Default: all. */
  readonly minimumPeers?: number
  readonly log?: (line: string) => void
}

export interface LearningWorld extends World {
  /** Local steps of a peer so far, and the virtual time at which it had done so many; undefined while it has not. */
  trained(index: number): number
  reached(index: number, steps: number): number | undefined
  /** Lets time pass until it holds, or for so long at most, in virtual milliseconds. Default: an hour. */
  until(holds: () => boolean, limit?: number): Promise<void>
  /** Lets time pass until something that takes time is done. */
  during(promise: Promise<unknown>): Promise<void>
  /** Lets time pass until all that were started are on one seal. */
  untilSealed(): Promise<void>
  /** Ends the trainers. */
  end(): Promise<void>
}

export async function createLearningWorld(options: LearningWorldOptions): Promise<LearningWorld> {
  const { recipe, shards, test, seed } = options
  const swarm = recipeHash(recipe)
  const topology = parseTopology(recipe.averaging.topology, { seed: swarm })
  const averaging = peerAveraging(recipe, topology)
  const { name: backend } = await chooseBackend('wasm')
  const trainers: Trainer[] = []
  /** Virtual times by local steps, of each peer. */
  const history = shards.map((): { readonly steps: number; readonly at: number }[] => [])

  async function trainerOf(index: number, clock: VirtualClock): Promise<Trainer> {
    const trainer = await createTrainer(trainerOptionsOf(recipe, shards[index], test, `${seed}/${index}`, backend))
    trainers.push(trainer)
    const stepMs = STEP_MS * (options.slowness?.(index) ?? 1)
    return {
      ...trainer,
      initial: () => clock.work(0, () => trainer.initial()),
      async train(parameters, steps, before) {
        const update = await clock.work(steps * stepMs, () => trainer.train(parameters, steps, before))
        const done = (history[index].at(-1)?.steps ?? 0) + steps
        history[index].push({ steps: done, at: clock.now() })
        return update
      },
      state: () => clock.work(0, () => trainer.state()),
      restore: state => clock.work(0, () => trainer.restore(state)),
    }
  }

  let failure: Error | undefined
  const world = createWorld({
    swarm,
    topology,
    peers: shards.length,
    seed,
    steps: recipe.training.steps,
    localSteps: recipe.exchange.localSteps,
    ...averaging,
    target: recipe.averaging.consensusDistance,
    maximumNorm: recipe.security.maximumNorm,
    evaluateEvery: Number.POSITIVE_INFINITY,
    minimumPeers: options.minimumPeers ?? shards.length,
    patience: recipe.start.patience,
    networkConditions: { delay: options.delay ?? '1-5', loss: 0, bandwidth: options.bandwidth },
    slowness: options.slowLinks,
    core: options.core,
    trainer: (index, _random, clock) => trainerOf(index, clock),
    onEvent(_peer: PeerId, name, detail) {
      if (name === 'failed') failure ??= (detail as GossipEvents['failed']).error
    },
    log: options.log,
  })
  const { clock } = world

  async function until(holds: () => boolean, limit = LIMIT_MS): Promise<void> {
    await clock.run(() => failure !== undefined || holds(), clock.now() + limit)
    if (failure !== undefined) throw failure
  }

  return {
    ...world,
    trained: index => history[index].at(-1)?.steps ?? 0,
    reached: (index, steps) => history[index].find(moment => moment.steps >= steps)?.at,
    until,
    async during(promise) {
      let over = false
      promise.then(
        () => {
          over = true
        },
        (error: Error) => {
          failure ??= error
        },
      )
      await until(() => over)
    },
    untilSealed: () => until(() => world.agreed()),
    async end() {
      for (const trainer of trainers) await trainer.stop()
    },
  }
}
