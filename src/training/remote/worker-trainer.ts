import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { frozenOf } from '../../parameters/frozen.ts'
import { backendKind, parseBackend } from '../backend.ts'
import { checkOptions } from '../check-options.ts'
import { chooseBackend } from '../choose-backend.ts'
import { createExclusive } from '../exclusive.ts'
import { parseModel } from '../models.ts'
import type { TrainerOptions } from '../trainer-options.ts'
import { createConversation } from './conversation.ts'
import type { Call, Ready, Reply } from './messages.ts'
import { createProcessTrainer } from './process-trainer.ts'
import type { RemoteTrainer } from './remote-trainer.ts'
import { shareDataset } from './share-dataset.ts'

/**
 * Trains in a worker thread, so that this thread's event loop stays free and TensorFlow.js is not loaded into it; on a GPU
 * in a process, see {@link createProcessTrainer}.
 *
 * Parameters and updates cross in shared memory, and so do the datasets: give one test set that went through
 * {@link shareDataset} to many trainers and it is in memory once.
 *
 * @throws UsageError where the options do not fit together, BackendUnavailableError where the backend does not work here
 */
export async function createWorkerTrainer(options: TrainerOptions): Promise<RemoteTrainer> {
  const { name: backend } = await chooseBackend(options.backend, options.gpu)
  const chosen = { ...options, backend }
  if (backendKind(backend).gpu) return createProcessTrainer(chosen)
  return attachTrainer(startTrainingThread(chosen))
}

/**
 * Starts the thread behind {@link createWorkerTrainer}.
 *
 * @throws UsageError where the options do not fit together
 */
export function startTrainingThread(options: TrainerOptions): Worker {
  parseModel(options.model)
  parseBackend(options.backend)
  checkOptions(options)
  const { shard, test } = options
  // The file beside this one is `.ts` in the sources and `.js` once built.
  const file = new URL(`./worker${extname(import.meta.url)}`, import.meta.url)
  const workerData: TrainerOptions = { ...options, shard: shareDataset(shard), test: shareDataset(test) }
  // Without this process's own flags: one started with --eval passes on flags that no file can be run with.
  return new Worker(file, { workerData, name: 'hearsay training', execArgv: [] })
}

type ReplyTo<K extends Reply['kind']> = Extract<Reply, { kind: K }>

/** Waits until a training thread is ready and speaks with it from then on. Takes the thread over, its end included. */
export async function attachTrainer(worker: Worker): Promise<RemoteTrainer> {
  const { died, receive, ...conversation } = createConversation<Call, Reply>('thread', call => worker.postMessage(call))
  let lastWords = ''
  worker.on('message', conversation.onReply)
  worker.on('error', error => {
    lastWords = `: ${error instanceof Error ? error.message : error}`
  })
  worker.on('exit', code => conversation.onEnd(`with exit code ${code}${lastWords}`))

  async function stop(): Promise<void> {
    conversation.close()
    await worker.terminate()
  }

  let ready: Ready
  try {
    ready = (await receive()) as Ready
  } catch (error) {
    await stop()
    throw error
  }
  const { layout, backend, trainerKind: kind, threads, samples, frozen, begins, judges } = ready
  const input = new Float32Array(ready.parameters)
  const result = new Float32Array(ready.result)
  // Never closed: once the thread has ended, every call whose turn comes rejects with the reason.
  const exclusive = createExclusive()

  /** @param parameters what the training thread shall find in its input */
  async function ask<C extends Call>(call: C, parameters?: Float32Array): Promise<ReplyTo<C['kind']>> {
    if (parameters !== undefined) {
      if (parameters.length !== layout.length) {
        throw new RangeError(`expected ${layout.length} parameters for this model, got ${parameters.length}`)
      }
      input.set(parameters)
    }
    // The reply is of the call's kind, since one call at a time is under way.
    return (await conversation.ask(call)) as ReplyTo<C['kind']>
  }

  return {
    layout,
    backend,
    kind,
    threads,
    samples,
    frozen,
    died,
    ...(begins && {
      begin: (weights: Float32Array) =>
        exclusive.run(async () => {
          await ask({ kind: 'begin', weights })
          frozen?.values.set(frozenOf(frozen.layout, weights))
        }),
    }),
    initial: () =>
      exclusive.run(async () => {
        await ask({ kind: 'initial' })
        return result.slice()
      }),
    train: (parameters, steps, before) =>
      exclusive.run(async () => {
        const { report } = await ask({ kind: 'train', steps, before }, parameters)
        // A copy: the next call may be on its way before the caller has come to look at this one's update.
        return { update: result.slice(), ...report }
      }),
    evaluate: (parameters, most) =>
      exclusive.run(async () => {
        const { evaluation } = await ask({ kind: 'evaluate', most }, parameters)
        return evaluation
      }),
    ...(judges && {
      judge: (parameters: Float32Array) =>
        exclusive.run(async () => {
          const { counts } = await ask({ kind: 'judge' }, parameters)
          return counts
        }),
    }),
    state: () =>
      exclusive.run(async () => {
        const { state } = await ask({ kind: 'state' })
        return state
      }),
    restore: state =>
      exclusive.run(async () => {
        await ask({ kind: 'restore', state })
      }),
    stop,
  }
}
