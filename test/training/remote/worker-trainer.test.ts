import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { afterEach, expect, test } from 'vitest'
import { UsageError } from '../../../src/errors.ts'
import { createTrainer } from '../../../src/training/create-trainer.ts'
import {
  TrainerDiedError,
  TrainerStateError,
  TrainerStoppedError,
  TrainingDivergedError,
} from '../../../src/training/errors.ts'
import type { RemoteTrainer } from '../../../src/training/remote/remote-trainer.ts'
import { shareDataset } from '../../../src/training/remote/share-dataset.ts'
import { attachTrainer, createWorkerTrainer, startTrainingThread } from '../../../src/training/remote/worker-trainer.ts'
import type { Trainer } from '../../../src/training/trainer.ts'
import type { TrainerOptions } from '../../../src/training/trainer-options.ts'
import { temporaryFolder } from '../../temporary-folder.ts'
import { add, blobOptions, blobs } from '../blobs.ts'

const folder = temporaryFolder()
const running: Trainer[] = []

async function inWorker(changes: Partial<TrainerOptions> = {}): Promise<RemoteTrainer> {
  const made = await createWorkerTrainer({ ...blobOptions, ...changes })
  running.push(made)
  return made
}

async function attached(worker: Worker): Promise<RemoteTrainer> {
  const made = await attachTrainer(worker)
  running.push(made)
  return made
}

afterEach(async () => {
  for (const made of running.splice(0)) await made.stop()
})

test('a worker trains as a thread of its own would: the same bits, the same state', async () => {
  const optimizer = { name: 'adam', learningRate: 0.01 } as const
  const worker = await inWorker({ optimizer })
  const here = await createTrainer({ ...blobOptions, optimizer })
  running.push(here)
  expect(worker.layout).toEqual(here.layout)
  expect([worker.backend, worker.samples]).toEqual([here.backend, here.samples])

  const parameters = await worker.initial()
  expect(parameters).toEqual(await here.initial())
  const [there, local] = [await worker.train(parameters, 15), await here.train(parameters, 15)]
  expect(there.update).toEqual(local.update)
  expect([there.loss, there.samples]).toEqual([local.loss, local.samples])
  const trained = add(parameters, local.update)
  expect(await worker.evaluate(trained)).toEqual(await here.evaluate(trained))
  const state = await worker.state()
  expect(state).toEqual(await here.state())

  const expected = (await worker.train(trained, 5)).update.slice()
  await worker.restore(state)
  expect((await worker.train(trained, 5)).update).toEqual(expected)
})

test('a trainer that a module brings keeps the vectors of its state', async () => {
  const file = folder.write(
    'keeper.mjs',
    `const moment = Float32Array.of(3)
    export const createTrainer = async () => ({
      layout: { tensors: [{ name: 'x', shape: [1], trainable: true, offset: 0, size: 1 }], length: 1 },
      backend: 'mine', samples: 1,
      initial: async () => new Float32Array(1),
      train: async () => ({ update: moment, loss: 1, samples: 1, seconds: 1 }),
      evaluate: async () => ({ loss: 1, accuracy: 1, samples: 1 }),
      state: async () => ({ tensors: { moment }, metadata: {} }),
      restore: async () => {},
      stop: async () => {},
    })`,
  )
  const { state } = await inWorker({ model: `module:${file}` })
  const expected = { tensors: { moment: Float32Array.of(3) }, metadata: {} }
  expect(await state()).toEqual(expected)
  expect(await state()).toEqual(expected)
})

test('several workers share one test set in memory', async () => {
  const shared = shareDataset(blobOptions.test)
  expect(shared).toEqual(blobOptions.test)
  expect(shareDataset(shared).inputs).toBe(shared.inputs)
  expect(shareDataset(shared).labels).toBe(shared.labels)
  const [first, second] = await Promise.all([inWorker({ test: shared }), inWorker({ test: shared, shardSeed: 9 })])
  const parameters = await first.initial()
  expect(await second.evaluate(parameters)).toEqual(await first.evaluate(parameters))
})

test('errors keep their class, name and message across the border, and the trainer goes on', async () => {
  const trainer = await inWorker({ optimizer: { name: 'sgd', learningRate: 1e30, momentum: 0 } })
  const parameters = await trainer.initial()
  const divergence = await trainer.train(parameters, 10).catch((error: unknown) => error)
  expect(divergence).toBeInstanceOf(TrainingDivergedError)
  expect(divergence).toMatchObject({
    name: 'TrainingDivergedError',
    message: expect.stringMatching(/with sgd and a learning rate of 1e\+30/),
  })
  await expect(trainer.restore({ tensors: {}, metadata: {} })).rejects.toThrow(TrainerStateError)
  await expect(trainer.train(parameters, 0)).rejects.toThrow(RangeError)
  await expect(trainer.evaluate(parameters.slice(1))).rejects.toThrow(RangeError)
  expect((await trainer.evaluate(parameters)).samples).toBe(300)
  expect(trainer.died.aborted).toBe(false)
})

test('options that cannot be are usage errors, and leave no thread behind', async () => {
  await expect(inWorker({ model: 'resnet' })).rejects.toThrow(UsageError)
  await expect(inWorker({ shard: blobs(0, 1) })).rejects.toThrow('has no samples')
})

test('a failure of the thread at its start reaches the caller as it was', async () => {
  // Past the checks of the main thread: the worker finds it itself.
  const worker = new Worker(new URL('../../../src/training/remote/worker.ts', import.meta.url), {
    workerData: { ...blobOptions, model: 'resnet' },
  })
  const exit = once(worker, 'exit')
  await expect(attachTrainer(worker)).rejects.toThrow(UsageError)
  await exit
})

test('when the thread dies, the call under way and all later ones reject, and the signal says so', async () => {
  const worker = startTrainingThread(blobOptions)
  const trainer = await attached(worker)
  const parameters = await trainer.initial()
  const underWay = trainer.train(parameters, 1_000_000).catch((error: unknown) => error)
  const died = once(trainer.died, 'abort')
  await worker.terminate()
  const error = await underWay
  expect(error).toBeInstanceOf(TrainerDiedError)
  await expect(trainer.train(parameters, 1)).rejects.toBe(error)
  await expect(trainer.evaluate(parameters)).rejects.toBe(error)
  await expect(trainer.state()).rejects.toBe(error)
  await died
  expect(trainer.died.reason).toBe(error)
  await trainer.stop()
})

test('a crash is told in the words of the crash', async () => {
  const trainer = await attached(new Worker(new URL('./crashing-worker.ts', import.meta.url)))
  await expect(trainer.initial()).rejects.toThrow(
    /the training thread ended unexpectedly with exit code 1: the machine caught fire\./,
  )
  expect(trainer.died.aborted).toBe(true)
})

test('stop ends the call under way, may come twice, and is no death', async () => {
  const worker = startTrainingThread(blobOptions)
  const trainer = await attached(worker)
  const exit = once(worker, 'exit')
  const parameters = await trainer.initial()
  const underWay = trainer.train(parameters, 1_000_000).catch((error: unknown) => error)
  await trainer.stop()
  await trainer.stop()
  await exit
  expect(await underWay).toBeInstanceOf(TrainerStoppedError)
  await expect(trainer.train(parameters, 1)).rejects.toThrow(TrainerStoppedError)
  expect(trainer.died.aborted).toBe(false)
})

test('calls that overlap are carried out one after the other, as if each had been awaited', async () => {
  const [overlapping, alone] = await Promise.all([inWorker(), inWorker()])
  const parameters = await alone.initial()
  const [initial, first, evaluation, second, state] = await Promise.all([
    overlapping.initial(),
    overlapping.train(parameters, 2),
    overlapping.evaluate(parameters.map(value => value / 2)),
    overlapping.train(parameters, 3),
    overlapping.state(),
  ])
  expect(initial).toEqual(parameters)
  expect(first.update).toEqual((await alone.train(parameters, 2)).update)
  expect(evaluation).toEqual(await alone.evaluate(parameters.map(value => value / 2)))
  expect(second.update).toEqual((await alone.train(parameters, 3)).update)
  expect(state).toEqual(await alone.state())
})

test('a call that fails does not hold up those that wait', async () => {
  const trainer = await inWorker()
  const parameters = await trainer.initial()
  const failing = [
    expect(trainer.train(parameters, 0)).rejects.toThrow(RangeError),
    expect(trainer.evaluate(parameters.slice(1))).rejects.toThrow(RangeError),
  ]
  expect((await trainer.train(parameters, 5)).samples).toBe(80)
  await Promise.all(failing)
})

test.each([
  ['the thread dies', TrainerDiedError, (worker: Worker) => worker.terminate()],
  ['the trainer is stopped', TrainerStoppedError, (_: Worker, trainer: Trainer) => trainer.stop()],
] as const)('when %s, the calls that wait reject with the error of the one under way', async (_what, kind, end) => {
  const worker = startTrainingThread(blobOptions)
  const trainer = await attached(worker)
  const parameters = await trainer.initial()
  const calls = [trainer.train(parameters, 1_000_000), trainer.evaluate(parameters), trainer.state()]
  const errors = Promise.all(calls.map(call => call.catch((error: unknown) => error)))
  await end(worker, trainer)
  const [first, ...others] = await errors
  expect(first).toBeInstanceOf(kind)
  for (const error of others) expect(error).toBe(first)
  await expect(trainer.initial()).rejects.toBe(first)
})
