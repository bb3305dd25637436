import { afterEach, expect, test } from 'vitest'
import { createStandardiser } from '../../../src/standardise/standardiser.ts'
import { createTrainer } from '../../../src/training/create-trainer.ts'
import {
  BackendUnavailableError,
  TrainerDiedError,
  TrainerStoppedError,
  TrainingDivergedError,
} from '../../../src/training/errors.ts'
import { createProcessTrainer, type ProcessTrainer } from '../../../src/training/remote/process-trainer.ts'
import { shareDataset } from '../../../src/training/remote/share-dataset.ts'
import { createWorkerTrainer } from '../../../src/training/remote/worker-trainer.ts'
import type { Trainer } from '../../../src/training/trainer.ts'
import type { TrainerOptions } from '../../../src/training/trainer-options.ts'
import { add, blobOptions } from '../blobs.ts'

const running: Trainer[] = []

async function inProcess(changes: Partial<TrainerOptions> = {}, signal?: AbortSignal): Promise<ProcessTrainer> {
  const made = await createProcessTrainer({ ...blobOptions, ...changes }, { signal })
  running.push(made)
  return made
}

afterEach(async () => {
  for (const made of running.splice(0)) await made.stop()
})

test('a process trains as a thread would: the same bits, the same state', async () => {
  const optimizer = { name: 'adam', learningRate: 0.01 } as const
  const there = await inProcess({ optimizer })
  const here = await createTrainer({ ...blobOptions, optimizer })
  running.push(here)
  expect(there.layout).toEqual(here.layout)
  expect([there.backend, there.samples]).toEqual([here.backend, here.samples])
  const initial = await there.initial()
  expect(initial).toEqual(await here.initial())
  const { update, loss } = await there.train(initial, 3)
  const same = await here.train(initial, 3)
  expect({ update, loss }).toEqual({ update: same.update, loss: same.loss })
  const state = await there.state()
  expect(state).toEqual(await here.state())
  await there.restore(state)
  const parameters = add(initial, update)
  expect(await there.evaluate(parameters)).toEqual(await here.evaluate(parameters))
})

test('what lies in shared memory reaches the process too', async () => {
  const test = shareDataset(blobOptions.test)
  const trainer = await inProcess({ shard: shareDataset(blobOptions.shard), test })
  const initial = await trainer.initial()
  const shared = new Float32Array(new SharedArrayBuffer(initial.byteLength))
  shared.set(initial)
  expect(await trainer.evaluate(shared)).toEqual(await trainer.evaluate(initial))
})

test('how samples are standardised reaches the process whenever the swarm agrees on it, as it reaches a thread', async () => {
  const { through, use } = createStandardiser(blobOptions.shard)
  const seen = { shard: through(blobOptions.shard), test: through(blobOptions.test) }
  const thread = await createWorkerTrainer({ ...blobOptions, ...seen })
  running.push(thread)
  const there = await inProcess(seen)
  const initial = await there.initial()
  const losses = new Set<number>()
  for (const shift of [0, 3, -1]) {
    if (shift !== 0) use({ mean: new Float64Array(6).fill(shift), variance: new Float64Array(6).fill(4) })
    const evaluation = await there.evaluate(initial)
    expect(evaluation).toEqual(await thread.evaluate(initial))
    expect((await there.train(initial, 2)).update).toEqual((await thread.train(initial, 2)).update)
    losses.add(evaluation.loss)
  }
  expect(losses.size).toBe(3)
})

test('a backend that does not start there is unavailable here, with what to do and the bare reason', async () => {
  // No machine has so many GPUs.
  const error = await inProcess({ backend: 'tfjs-node-gpu', gpu: 99 }).catch((error: unknown) => error)
  expect(error).toBeInstanceOf(BackendUnavailableError)
  const { message, cause } = error as BackendUnavailableError
  expect(message).toMatch(/'tfjs-node-gpu' does not work here: .*What to do: /s)
  expect(cause).toBeInstanceOf(Error)
  expect((cause as Error).message).not.toContain('What to do')
})

test('calls that overlap are carried out one after the other', async () => {
  const trainer = await inProcess()
  const initial = await trainer.initial()
  const [first, second] = await Promise.all([trainer.train(initial, 2), trainer.train(initial, 1)])
  expect([first.samples, second.samples]).toEqual([2 * blobOptions.batch, blobOptions.batch])
})

test('errors keep their class, and the trainer goes on', async () => {
  const trainer = await inProcess({ optimizer: { name: 'sgd', learningRate: 1e30, momentum: 0 } })
  const initial = await trainer.initial()
  await expect(trainer.train(initial, 20)).rejects.toThrow(TrainingDivergedError)
  expect((await trainer.evaluate(initial)).samples).toBe(blobOptions.test.labels.length)
})

test('when the process ends, the call under way and all later ones reject, and the signal says so', async () => {
  const end = new AbortController()
  const trainer = await inProcess({}, end.signal)
  const initial = await trainer.initial()
  const died = new Promise<void>(resolve => trainer.died.addEventListener('abort', () => resolve()))
  const call = expect(trainer.train(initial, 1_000_000)).rejects.toThrow(TrainerDiedError)
  end.abort()
  await Promise.all([call, died])
  expect(trainer.died.reason).toBeInstanceOf(TrainerDiedError)
  await expect(trainer.initial()).rejects.toThrow(TrainerDiedError)
})

test('stop ends the call under way, may come twice, and is no death', async () => {
  const trainer = await inProcess()
  const initial = await trainer.initial()
  const call = expect(trainer.train(initial, 1_000_000)).rejects.toThrow(TrainerStoppedError)
  await trainer.stop()
  await trainer.stop()
  await call
  expect(trainer.died.aborted).toBe(false)
})
