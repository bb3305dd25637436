/**
 * The virtual engine: the deployed core, N times, on a virtual network and clock.
 *
 * @packageDocumentation
 */

import { parseTopology } from '../../src/averaging/topologies/registry.ts'
import { samples } from '../../src/data/dataset.ts'
import { standardise } from '../../src/data/standardise.ts'
import { HearsayError, UsageError } from '../../src/errors.ts'
import { PROGRESS_LABELS } from '../../src/gossip/constants.ts'
import { fitData, identifyModel, peerAveraging, shardsOf, trainerOptionsOf } from '../../src/learning-task.ts'
import { hashParameters } from '../../src/parameters/hash.ts'
import { distance, meanOf, norm } from '../../src/parameters/vectors.ts'
import { createRandom, type Random } from '../../src/random/random.ts'
import { recipeHash, stepsPerRound } from '../../src/recipe/recipe.ts'
import { sampleText } from '../../src/sample-text.ts'
import { chooseBackend } from '../../src/training/choose-backend.ts'
import type { Trainer } from '../../src/training/trainer.ts'
import { fixedSpectralGap, type Judge, measureRound } from '../measure.ts'
import type { SimulationOptions } from '../options.ts'
import type { PeerResult, RoundResult, RunResult } from '../result.ts'
import { createVectorTrainer } from '../virtual/vector-trainer.ts'
import type { VirtualClock } from '../virtual/clock.ts'
import { createWorld, type World } from '../virtual/world.ts'

const LOCAL_NETWORK = { lowest: 1, highest: 5 }

/** Virtual time of a local step, in milliseconds: a small model on a modest machine, so that messages keep up. */
const STEP_MS = 10

const EVALUATIONS = 50

/** No distance is below zero, so a swarm with this target averages for as long as it is let. */
const NEVER_SEALS = -1

/** A swarm that has not agreed after so much virtual time never will. */
const LIMIT_MS = 24 * 3_600_000

/**
 * Runs a swarm on virtual time. The same options give the same result on the same machine, bit for bit, `timing` aside.
 *
 * @throws UsageError where the options do not fit together
 * @throws HearsayError naming the peer that cannot go on
 */
export async function simulateVirtually(options: SimulationOptions): Promise<RunResult> {
  const { peers, seed, rounds: limit } = options
  const recipe = await identifyModel(options.recipe)
  const swarm = recipeHash(recipe)
  const topology = parseTopology(recipe.averaging.topology, { seed: swarm })
  const misfit = topology.misfit(peers)
  if (misfit !== undefined) throw new UsageError(misfit)
  const { averages, inRounds } = peerAveraging(recipe)
  const task =
    recipe.objective.task === 'consensus' ? consensusTask(options) : await learningTask({ ...options, recipe })
  const { localSteps } = recipe.exchange
  const roundSteps = stepsPerRound(localSteps)
  const trains = recipe.training.steps > 0
  const evaluateEvery =
    options.evaluateEvery ?? (trains ? Math.max(1, Math.round(recipe.training.steps / roundSteps / EVALUATIONS)) : 1)

  const began = performance.now()
  let applied = 0
  let failure: { readonly peer: string; readonly error: Error } | undefined
  const trained = new Set<string>()
  const world = createWorld({
    swarm,
    topology,
    steps: recipe.training.steps,
    localSteps,
    averages,
    inRounds,
    target: limit === undefined || trains ? recipe.averaging.consensusDistance : NEVER_SEALS,
    maximumNorm: recipe.security.maximumNorm,
    evaluateEvery: Number.POSITIVE_INFINITY,
    peers,
    seed,
    weather: { delay: options.delay ?? LOCAL_NETWORK, loss: options.loss ?? 0 },
    trainer: task.trainer,
    onEvent(peer, name, detail) {
      if (name === 'exchange' && 'outcome' in detail && detail.outcome === 'averaged') applied++
      if (name === 'trained') trained.add(peer)
      if (name === 'failed' && 'error' in detail) failure ??= { peer, error: detail.error }
    },
  })
  try {
    for (const { index } of world.inhabitants) await world.start(index)
    const expected = trains ? undefined : world.mean()
    const rounds: RoundResult[] = []

    const round = () =>
      trains && trained.size < peers
        ? Math.floor(Math.min(...world.inhabitants.map(({ gossip }) => gossip?.step() ?? 0)) / roundSteps)
        : Math.floor(applied / peers)
    const over = () =>
      !averages
        ? trained.size === peers
        : limit !== undefined && !trains
          ? peers === 1 || round() >= limit
          : world.sealed()

    async function measure(at: number, labels?: number): Promise<void> {
      const drift = expected && distance(world.mean(), expected) / norm(expected)
      const moment = {
        round: at,
        time: world.clock.now() / 1_000,
        bytesSent: world.network.bytesSent(),
        messages: world.network.messages(),
      }
      const result = await measureRound(moment, parametersOf(world), drift ?? null, task.judge, labels)
      rounds.push(result)
      options.onRound?.(result)
    }

    await measure(0, PROGRESS_LABELS)
    let next = evaluateEvery
    while (!over()) {
      // After training only the exchanges count, and nobody waits for a round of them: one more evaluation at the end.
      const due = () => (trains ? trained.size < peers && round() >= next : round() >= next)
      await world.clock.run(
        () => over() || due() || failure !== undefined || options.signal?.aborted === true,
        LIMIT_MS,
      )
      options.signal?.throwIfAborted()
      if (failure !== undefined) throw new HearsayError(`${failure.peer}: ${failure.error.message}`)
      if (over() || !due()) continue
      next = round() + evaluateEvery
      await measure(round(), PROGRESS_LABELS)
    }
    const last = rounds[rounds.length - 1].round
    const end = trains ? Math.ceil(recipe.training.steps / roundSteps) : Math.max(round(), last)
    // The end stands for its round, even where the round was looked at before; round 0 is the beginning and stays.
    if (rounds.length > 1 && last === end) rounds.pop()
    await measure(end)

    const wallSeconds = (performance.now() - began) / 1_000
    const sealed = world.sealed()
    return {
      hearsay: '1',
      recipe,
      recipeHash: swarm,
      seed,
      engine: 'virtual',
      peers,
      rounds,
      spectralGap: fixedSpectralGap(topology, peers),
      final: {
        ...rounds[rounds.length - 1],
        parametersHash: world.inhabitants[0].gossip?.sealed() ?? hashParameters(meanOf(parametersOf(world))),
      },
      sample: await sampleText(recipe, meanOf(parametersOf(world)), createRandom(`${seed}/sample`)),
      sealed,
      peerResults: await peerResults(world, task),
      timing: {
        wallSeconds,
        peerStepsPerSecond: (peers * recipe.training.steps) / wallSeconds,
        peakRssBytes: process.resourceUsage().maxRSS * 1024,
      },
    }
  } finally {
    for (const trainer of task.trainers) await trainer.stop()
  }
}

/** What peers do, apart from averaging. */
interface Task {
  readonly trainer: (index: number, random: Random, clock: VirtualClock) => Promise<Trainer>
  readonly judge: Judge | undefined
  /** Samples of each peer. */
  readonly shards: readonly number[]
  /** Those that were made, to stop them. */
  readonly trainers: Trainer[]
}

function consensusTask({ recipe, init = 'normal' }: SimulationOptions): Task {
  const [dimension] = recipe.model.shape
  if (recipe.model.name !== 'vector' || recipe.training.steps > 0) {
    throw new UsageError('the task consensus averages vectors: model vector, training steps 0')
  }
  return {
    trainer: async (index, random) => createVectorTrainer(dimension, init, index, random),
    judge: undefined,
    shards: [],
    trainers: [],
  }
}

async function learningTask({ recipe, peers, seed, data, partition = 'iid', backend = 'wasm' }: SimulationOptions) {
  if (data === undefined) throw new UsageError(`the task ${recipe.objective.task} needs data`)
  const fitting = fitData(recipe, data)
  // What peers would agree on: the statistics of all their samples.
  const { train, test } = recipe.data.standardise ? await standardise(fitting) : fitting
  // Only here: whoever simulates without training does not load TensorFlow.js.
  const { createTrainer } = await import('../../src/training/create-trainer.ts')
  const { name } = await chooseBackend(backend)
  const shards = shardsOf(train, { of: peers, partition, seed })
  const trainers: Trainer[] = []
  const make = async (index: number, shardSeed: string) => {
    const trainer = await createTrainer(trainerOptionsOf(recipe, shards[index], test, shardSeed, name))
    trainers.push(trainer)
    return trainer
  }
  const judging = await make(0, 'judge')
  const task: Task = {
    trainers,
    judge: (parameters, most) => judging.evaluate(parameters, most),
    shards: shards.map(samples),
    async trainer(index, _random, clock) {
      const trainer = await make(index, `${seed}/${index}`)
      const { layout, backend } = trainer
      // One that a module brings may be of a class of its own, whose methods no spread would copy.
      return {
        layout,
        backend,
        samples: trainer.samples,
        initial: () => trainer.initial(),
        train: (parameters, steps, before) =>
          clock.work(steps * STEP_MS, () => trainer.train(parameters, steps, before)),
        evaluate: (parameters, most) => trainer.evaluate(parameters, most),
        state: () => clock.work(0, () => trainer.state()),
        restore: state => trainer.restore(state),
        stop: () => trainer.stop(),
      }
    },
  }
  return task
}

function parametersOf(world: World): Float32Array[] {
  return world.inhabitants.flatMap(({ gossip }) => (gossip === undefined ? [] : [gossip.parameters()]))
}

async function peerResults(world: World, { judge, shards }: Task): Promise<PeerResult[]> {
  const results: PeerResult[] = []
  for (const { peer, index, gossip } of world.inhabitants) {
    if (gossip === undefined) continue
    const { bytesIn, bytesOut, exchanges } = gossip.status()
    results.push({
      peer,
      samples: shards[index] ?? 0,
      accuracy: judge === undefined ? null : (await judge(gossip.trained() ?? gossip.parameters())).accuracy,
      alone: null,
      sealed: gossip.sealed() ?? null,
      bytesIn,
      bytesOut,
      exchanges,
    })
  }
  return results
}
