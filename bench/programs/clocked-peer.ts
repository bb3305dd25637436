/**
 * One peer in a process of its own, which notes when it has trained. Prints a JSON line with its addresses once it listens,
 * trains from the first line of its input until its input ends, and then prints a JSON line with all its {@link Mark}s. Options:
 * JSON in the first argument.
 *
 * @packageDocumentation
 */

import { PerformanceObserver } from 'node:perf_hooks'
import { createInterface } from 'node:readline'
import { keepYoungGenerationSmall } from '../../peer/young-generation.ts'
import type { RecipeInput } from '../../src/recipe/recipe.ts'
import type { Trainer } from '../../src/training/trainer.ts'

// As the command line does: loading modules makes it grow, so before any other is.
keepYoungGenerationSmall()
const { createPeer, loadDataset } = await import('../../src/index.ts')
const { shardsOf } = await import('../../src/library/fit-data.ts')
const { trainerOptionsOf } = await import('../../src/library/trainer-options.ts')
const { parseRecipe } = await import('../../src/recipe/recipe.ts')
const { createWorkerTrainer } = await import('../../src/training/remote/worker-trainer.ts')

export interface ClockedPeerOptions {
  readonly recipe: RecipeInput
  readonly data: string
  readonly index: number
  readonly of: number
  readonly connect: readonly string[]
  /** The folder of its state; undefined where it keeps none. */
  readonly state?: string
}

/** How far a peer was when it had trained some steps, all counted since its process began. */
export interface Mark {
  /** By the clock that all processes of a machine share. */
  readonly milliseconds: number
  readonly samples: number
  /** Processor time of all threads of the process. */
  readonly cpuMilliseconds: number
  /** The part of it that the thread which carries the network took. */
  readonly mainCpuMilliseconds: number
  /** What garbage collection took of that. */
  readonly gcMilliseconds: number
  /** Exchanges that this peer had begun, or answered, and that came to their end. */
  readonly exchanges: number
}

const options = JSON.parse(process.argv[2]) as ClockedPeerOptions
const { index, of } = options
const recipe = parseRecipe(options.recipe)
const data = await loadDataset(options.data, { seed: 1 })
const shard = shardsOf(data.train, { of, partition: 'iid', seed: 1 })[index]
const worker = await createWorkerTrainer(trainerOptionsOf(recipe, shard, data.test, `${index}`, 'wasm'))

const marks: Mark[] = []
let samples = 0
let gcMilliseconds = 0
new PerformanceObserver(list => {
  for (const { duration } of list.getEntries()) gcMilliseconds += duration
}).observe({ entryTypes: ['gc'] })

const milliseconds = ({ user, system }: NodeJS.CpuUsage) => (user + system) / 1_000

const clocked: Trainer = {
  ...worker,
  async train(...call) {
    const trained = await worker.train(...call)
    samples += trained.samples
    marks.push({
      milliseconds: performance.timeOrigin + performance.now(),
      samples,
      cpuMilliseconds: milliseconds(process.cpuUsage()),
      mainCpuMilliseconds: milliseconds(process.threadCpuUsage()),
      gcMilliseconds,
      exchanges: peer.status().exchanges,
    })
    return trained
  },
}

const peer = await createPeer({
  recipe,
  trainer: clocked,
  state: options.state,
  seed: index,
  network: { listen: ['/ip4/127.0.0.1/tcp/0'], connect: options.connect, mdns: false },
})

const input = createInterface({ input: process.stdin })
const ended = new Promise<void>(resolve => input.once('close', resolve))
const go = new Promise<void>(resolve => input.once('line', () => resolve()))
await peer.listen()
console.log(JSON.stringify({ addresses: peer.addresses() }))
await go
await peer.start()
await ended
console.log(JSON.stringify(marks))
await peer.stop()
