/**
 * How many local steps peers make in one second, without any averaging: prints one JSON document with `stepsPerSecond`, of all
 * threads together. What is trained, and how: JSON in the first argument.
 *
 * @packageDocumentation
 */

import { once } from 'node:events'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { createHeap, createSharedMemory } from '../../simulations/matrix/shared-heap.ts'
import type { Dataset } from '../../src/data/dataset.ts'
import { createRandom } from '../../src/random/random.ts'
import { placeSamples } from '../../src/training/stacked/placed-samples.ts'
import { stackedModel } from '../../src/training/stacked/stacked-model.ts'
import { createStackedTrainer } from '../../src/training/stacked/stacked-trainer.ts'
import { createTensorflowTrainer } from '../../src/training/tensorflow-trainer.ts'

export interface StackedSpeedOptions {
  /** In one memory, or with a TensorFlow.js trainer for each peer, on hearsay's kernels. */
  readonly setup: 'stacked' | 'one-by-one'
  /** Data as large as Spambase, the built-in digits, and MNIST's 8,000 training samples, with as many numbers that are not 0. */
  readonly network: keyof typeof NETWORKS
  /** Each trains its share of the peers. */
  readonly threads: number
  /** Steps that a peer makes before it is the next one's turn. */
  readonly localSteps: number
}

const NETWORKS = {
  spambase: { model: 'linear', shape: [57], classes: 2, peers: 100, batch: 32, samples: 36, nonzero: 1 },
  digits: { model: 'linear', shape: [64], classes: 10, peers: 16, batch: 16, samples: 90, nonzero: 0.5 },
  mnist: { model: 'mlp:64', shape: [28, 28, 1], classes: 10, peers: 100, batch: 32, samples: 80, nonzero: 0.19 },
  'mnist-cnn': { model: 'cnn', shape: [28, 28, 1], classes: 10, peers: 100, batch: 32, samples: 80, nonzero: 0.19 },
} as const

const OPTIMIZER = { name: 'sgd', learningRate: 0.01, momentum: 0.9 } as const

/** Milliseconds of training before it is timed, and of the time that is. */
const WARM_UP = 1_000
const TIMED = 3_000

/** The data that a thread is started with. */
interface Share {
  readonly options: StackedSpeedOptions
  readonly memory: WebAssembly.Memory
  readonly peers: readonly number[]
}

/** Lets a peer make its steps. */
type Turn = (peer: number) => unknown

function stacked({ options: { network, localSteps }, memory, peers }: Share): Turn {
  const { model: name, shape, classes, batch } = NETWORKS[network]
  const heap = createHeap(memory)
  const place = (peer: number) => placeSamples(memory, heap.take, shardOf(network, peer))
  const model = stackedModel(name, shape, classes)
  const { train } = createStackedTrainer({
    memory,
    allocate: heap.take,
    model,
    optimizer: OPTIMIZER,
    batch,
    peers: new Map(peers.map(peer => [peer, { shard: place(peer), shardSeed: peer }])),
    test: place(0),
  })
  const random = createRandom(1)
  const parameters = new Map<number, number>()
  for (const peer of peers) {
    const vector = heap.floats(model.layout.length)
    for (let i = 0; i < vector.length; i++) vector[i] = 0.05 * random.normal()
    parameters.set(peer, vector.byteOffset)
  }
  const update = heap.floats(model.layout.length).byteOffset
  return peer => train(peer, parameters.get(peer) ?? 0, update, localSteps, 0)
}

async function oneByOne({ options: { network, localSteps }, peers }: Share): Promise<Turn> {
  const { model, batch } = NETWORKS[network]
  const trainers = new Map<number, Turn>()
  for (const peer of peers) {
    const shard = shardOf(network, peer)
    const { initial, train } = await createTensorflowTrainer({
      model,
      optimizer: OPTIMIZER,
      batch,
      seed: 1,
      shardSeed: peer,
      shard,
      test: shard,
      backend: 'wasm',
    })
    const parameters = await initial()
    trainers.set(peer, () => train(parameters, localSteps))
  }
  return peer => trainers.get(peer)?.(peer)
}

function shardOf(network: StackedSpeedOptions['network'], peer: number): Dataset {
  const { shape, classes, samples, nonzero } = NETWORKS[network]
  const random = createRandom(peer)
  const features = shape.reduce((product: number, size) => product * size, 1)
  return {
    name: 'random',
    inputs: Float32Array.from({ length: samples * features }, () => (random.uniform() < nonzero ? random.normal() : 0)),
    labels: Int32Array.from({ length: samples }, () => random.integer(classes)),
    shape,
    classes,
  }
}

/** @returns steps in one second */
async function measure(share: Share): Promise<number> {
  const { options, peers } = share
  const turn = options.setup === 'stacked' ? stacked(share) : await oneByOne(share)
  async function run(milliseconds: number): Promise<number> {
    const start = performance.now()
    let steps = 0
    let elapsed = 0
    while (elapsed < milliseconds) {
      for (const peer of peers) {
        const training = turn(peer)
        // To wait for what is there already takes as long as a small step.
        if (training instanceof Promise) await training
      }
      steps += peers.length * options.localSteps
      elapsed = performance.now() - start
    }
    return (1_000 * steps) / elapsed
  }
  await run(WARM_UP)
  return await run(TIMED)
}

if (isMainThread) {
  const options = JSON.parse(process.argv[2]) as StackedSpeedOptions
  const memory = createSharedMemory()
  const rates = await Promise.all(
    Array.from({ length: options.threads }, async (_, thread) => {
      const all = Array.from({ length: NETWORKS[options.network].peers }, (_, peer) => peer)
      const peers = all.filter(peer => peer % options.threads === thread)
      const worker = new Worker(new URL(import.meta.url), { workerData: { options, memory, peers } satisfies Share })
      return Number((await once(worker, 'message'))[0])
    }),
  )
  console.log(JSON.stringify({ stepsPerSecond: rates.reduce((sum, rate) => sum + rate, 0) }))
} else {
  parentPort?.postMessage(await measure(workerData as Share))
}
