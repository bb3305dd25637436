import { execFile } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Benchmark } from './benchmark.ts'
import type { SimulatedRun, SimulatedSpeed } from './programs/simulated-run.ts'
import type { StackedSpeedOptions } from './programs/stacked-speed.ts'

const REPETITIONS = 3
const DATA = process.env.HEARSAY_DATA ?? join(import.meta.dirname, '../../shared/data')
const SPAMBASE = join(DATA, 'spambase/spambase.csv')

/** Logistic regression on Spambase, one local step a round. */
const SPAMBASE_RUN: SimulatedRun = {
  peers: 100,
  data: `csv:${SPAMBASE}?header=no`,
  recipe: {
    model: { name: 'linear' },
    data: { standardise: true },
    training: { steps: 5_000, batch: 32, learningRate: 0.05 },
    averaging: { rule: 'dpsgd', topology: 'random-regular:20' },
    exchange: { localSteps: 1 },
  },
}

/** Softmax regression of 650 parameters. */
const SOFTMAX_RUN: SimulatedRun = {
  peers: 16,
  data: 'synthetic:64,10',
  recipe: {
    model: { name: 'linear' },
    training: { steps: 30_000, batch: 16, learningRate: 0.01 },
    averaging: { rule: 'dpsgd', topology: 'ring' },
    exchange: { localSteps: 1 },
  },
}

const LARGE_PEERS = 100_000

const LARGE_RUN: SimulatedRun = {
  peers: LARGE_PEERS,
  rounds: 17,
  recipe: {
    objective: { task: 'consensus' },
    model: { name: 'vector', shape: [1_000], classes: 0 },
    training: { steps: 0 },
    averaging: { rule: 'dpsgd', topology: 'one-peer-exponential' },
  },
}

/**
 * The cost of thousands of peers: training stacked in one memory against a TensorFlow.js trainer for each, rounds of
 * averaging, and exchanges of the deployed core on the virtual network at two sizes.
 */
export const simulator: Benchmark = async say => {
  const ratios: Record<string, number[]> = { stackedOverOneByOne: [] }
  const figures: Record<string, number[]> = {}
  const add = (key: string, value: number) => {
    figures[key] ??= []
    figures[key].push(value)
  }
  for (let repetition = 1; repetition <= REPETITIONS; repetition++) {
    add('spambasePeerStepsPerSecond', (await simulated(SPAMBASE_RUN)).peerStepsPerSecond)
    add('softmaxPeerStepsPerSecond', (await simulated(SOFTMAX_RUN)).peerStepsPerSecond)

    const stacked = await stepsPerSecond('stacked')
    const oneByOne = await stepsPerSecond('one-by-one')
    add('stackedStepsPerSecond', stacked)
    add('oneByOneStepsPerSecond', oneByOne)
    ratios.stackedOverOneByOne.push(stacked / oneByOne)

    const large = await simulated(LARGE_RUN)
    add('consensus100kRoundSeconds', large.roundSeconds)
    add('consensus100kRssBytes', large.peakRssBytes)
    say(`repetition ${repetition} of ${REPETITIONS}: training and rounds`)
  }
  say('exchanges of the deployed core at 100 and 10,000 virtual peers …')
  const cost = await run<VirtualCost>('virtual-exchange-cost.ts', {})
  ratios.virtualExchangeCost10kOver100 = cost.ratios
  figures.virtualExchangeMicroseconds100 = cost.small
  figures.virtualExchangeMicroseconds10k = cost.large
  figures.virtual10kRssBytes = [cost.largeRssBytes]
  return { ratios, figures }
}

const simulated = (options: SimulatedRun) => run<SimulatedSpeed>('simulated-run.ts', options)

/** MNIST's sizes, `mlp:64`, 100 peers: the stacked engine on every processor, TensorFlow.js one peer after another. */
async function stepsPerSecond(setup: StackedSpeedOptions['setup']): Promise<number> {
  const options: StackedSpeedOptions = {
    setup,
    network: 'mnist',
    threads: setup === 'stacked' ? availableParallelism() : 1,
    localSteps: 1,
  }
  return (await run<{ stepsPerSecond: number }>('stacked-speed.ts', options)).stepsPerSecond
}

/** An entry for each repetition; microseconds. */
interface VirtualCost {
  readonly small: number[]
  readonly large: number[]
  readonly ratios: number[]
  readonly largeRssBytes: number
}

/** Runs a program of `programs/` and reads the JSON that it prints. */
async function run<Result>(program: string, options: object): Promise<Result> {
  const file = join(import.meta.dirname, 'programs', program)
  const { stdout } = await promisify(execFile)(process.execPath, [file, JSON.stringify(options)])
  return JSON.parse(stdout) as Result
}
