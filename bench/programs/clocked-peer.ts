/**
 * One peer in a process of its own, with a watch on its training. Prints a JSON line with its addresses once it listens,
 * trains from the first line of its input on, prints a JSON line with what it measured, and goes on until its input ends: so
 * that its partner, which may be a little slower, is measured beside one that trains. Options: JSON in the first argument.
 *
 * @packageDocumentation
 */

import { createInterface } from 'node:readline'
import { createPeer, loadDataset } from '../../src/index.ts'
import { shardsOf, trainerOptionsOf } from '../../src/learning-task.ts'
import { parseRecipe, type RecipeInput } from '../../src/recipe/recipe.ts'
import { createWorkerTrainer } from '../../src/training/remote/worker-trainer.ts'
import type { Trainer } from '../../src/training/trainer.ts'

export interface ClockedPeerOptions {
  readonly recipe: RecipeInput
  readonly data: string
  readonly index: number
  readonly of: number
  readonly connect: readonly string[]
  /** Where it keeps its state; undefined where it keeps none. */
  readonly state?: string
  /** Training that is not measured: meanwhile everything is compiled, and the peers meet. */
  readonly warmUpSeconds: number
  readonly seconds: number
}

export interface ClockedTraining {
  readonly samplesPerSecond: number
  /** Of the whole process, its training thread included, for a second of the measured time. */
  readonly cpuSecondsPerSecond: number
  /** Exchanges that this peer began, and that were added on both sides, for each that the recipe asks for. */
  readonly exchangesPerRound: number
}

/** A watch on a trainer. */
interface Watch {
  readonly trainer: Trainer
  /** Of one call that has just ended to another, the first not before `warmUpSeconds`, and `seconds` between them. */
  readonly measured: Promise<Pick<ClockedTraining, 'samplesPerSecond' | 'cpuSecondsPerSecond'> & { calls: number }>
}

function watch(trainer: Trainer, { warmUpSeconds, seconds }: ClockedPeerOptions, warm: () => void): Watch {
  const { promise, resolve } = Promise.withResolvers<Awaited<Watch['measured']>>()
  let first: number | undefined
  let began: number | undefined
  let cpu = process.cpuUsage()
  let samples = 0
  let calls = 0

  function ended(ofCall: number): void {
    const now = performance.now()
    first ??= now
    if (began === undefined) {
      if (now - first < warmUpSeconds * 1_000) return
      began = now
      cpu = process.cpuUsage()
      warm()
      return
    }
    samples += ofCall
    calls++
    const elapsed = (now - began) / 1_000
    if (elapsed < seconds) return
    const { user, system } = process.cpuUsage(cpu)
    resolve({ samplesPerSecond: samples / elapsed, cpuSecondsPerSecond: (user + system) / 1e6 / elapsed, calls })
  }

  return {
    measured: promise,
    trainer: {
      ...trainer,
      async train(...call) {
        const trained = await trainer.train(...call)
        ended(trained.samples)
        return trained
      },
    },
  }
}

const options = JSON.parse(process.argv[2]) as ClockedPeerOptions
const { index, of } = options
const recipe = parseRecipe(options.recipe)
const data = await loadDataset(options.data, { seed: 1 })
const shard = shardsOf(data.train, { of, partition: 'iid', seed: 1 })[index]
const worker = await createWorkerTrainer(trainerOptionsOf(recipe, shard, data.test, `${index}`, 'wasm'))
let exchanges = 0
const { trainer, measured } = watch(worker, options, () => {
  exchanges = 0
})
const peer = await createPeer({
  recipe,
  trainer,
  state: options.state,
  seed: index,
  network: { listen: ['/ip4/127.0.0.1/tcp/0'], connect: options.connect, mdns: false },
})
peer.addEventListener('exchange', ({ detail }) => {
  if (detail.outcome === 'averaged') exchanges++
})

const input = createInterface({ input: process.stdin })
const ended = new Promise<void>(resolve => input.once('close', resolve))
const go = new Promise<void>(resolve => input.once('line', () => resolve()))
await peer.listen()
console.log(JSON.stringify({ addresses: peer.addresses() }))
await go
await peer.start()
const { calls, ...figures } = await measured
console.log(JSON.stringify({ ...figures, exchangesPerRound: exchanges / calls } satisfies ClockedTraining))
await ended
await peer.stop()
