import { BACKENDS } from '../catalogue.ts'
import type { Dataset } from '../data/dataset.ts'
import { backendKind } from './backend.ts'
import type { BackendKind, Devices } from './backends/backend-kind.ts'
import { TRIAL_DEADLINE_MS } from './constants.ts'
import { BackendUnavailableError, TrainerDiedError } from './errors.ts'
import { createProcessTrainer, type ProcessTrainer } from './remote/process-trainer.ts'
import type { TrainerOptions } from './trainer-options.ts'

/** Whether a backend works here, found by training with it. */
export type BackendTrial =
  | {
      readonly outcome: 'works'
      readonly devices: Devices
      /** Time from nothing to the end of the first step. */
      readonly milliseconds: number
    }
  | { readonly outcome: 'not installed' | 'broken'; readonly reason: string; readonly remedy: string }

const trials = new Map<string, Promise<BackendTrial>>()

/**
 * Trains one step on almost no data, in a process of its own: a backend that takes its process down is a finding too.
 * Does so once; what works does not change while this process lives.
 *
 * @param gpu which of its GPUs, counted from 0
 * @throws UsageError for an unknown name
 */
export async function tryBackend(name: string, gpu?: number): Promise<BackendTrial> {
  const kind = backendKind(name)
  const key = `${name}/${gpu}`
  const trial = trials.get(key) ?? tryOnce(kind, gpu)
  trials.set(key, trial)
  return await trial
}

async function tryOnce(kind: BackendKind, gpu: number | undefined): Promise<BackendTrial> {
  const missing = missingPackages(kind)
  if (missing.length > 0) {
    return {
      outcome: 'not installed',
      reason: 'not installed',
      remedy: `for ${BACKENDS[kind.name]}: npm install ${missing.join(' ')}`,
    }
  }
  const began = performance.now()
  const deadline = AbortSignal.timeout(TRIAL_DEADLINE_MS)
  let stderr = ''
  let trainer: ProcessTrainer | undefined
  try {
    trainer = await createProcessTrainer(
      { ...TRIAL, backend: kind.name, gpu },
      {
        signal: deadline,
        onStderr: text => {
          stderr += text
        },
      },
    )
    const { loss } = await trainer.train(await trainer.initial(), 1)
    if (!Number.isFinite(loss)) throw new Error(`a training step gave the loss ${loss}`)
    return { outcome: 'works', devices: trainer.devices, milliseconds: performance.now() - began }
  } catch (error) {
    const reason = deadline.aborted
      ? `did not finish a step within ${TRIAL_DEADLINE_MS / 1_000} s`
      : reasonOf(bare(error), stderr)
    return { outcome: 'broken', ...kind.explain(reason, stderr) }
  } finally {
    await trainer?.stop()
  }
}

/** Two black images. A convolution needs libraries that a matrix product does without, such as cuDNN. */
const SIDE = 10
const IMAGES: Dataset = {
  name: 'two images',
  inputs: new Float32Array(2 * SIDE * SIDE),
  labels: Int32Array.of(0, 1),
  shape: [SIDE, SIDE, 1],
  classes: 2,
}

const TRIAL: Omit<TrainerOptions, 'backend'> = {
  model: 'cnn',
  optimizer: { name: 'sgd', learningRate: 0.1, momentum: 0 },
  batch: 2,
  seed: 1,
  shardSeed: 1,
  shard: IMAGES,
  test: IMAGES,
}

function missingPackages({ packages }: BackendKind): readonly string[] {
  return packages.filter(name => {
    try {
      import.meta.resolve(name)
      return false
    } catch (error) {
      // One that is there and damaged is for the trial to find.
      return (error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND'
    }
  })
}

/** Why a backend did not start, not yet put into words: here they are made with what the process wrote to stderr. */
function bare(error: unknown): unknown {
  return error instanceof BackendUnavailableError ? (error.cause ?? error) : error
}

/** In one sentence: of a process that ended, its last words. */
function reasonOf(error: unknown, stderr: string): string {
  if (!(error instanceof Error)) return String(error)
  const first = error.message.split('\n', 1)[0]
  if (!(error instanceof TrainerDiedError)) return first.replace(/[.:]$/, '')
  const words = stderr.trim().split('\n').at(-1)
  const ended = first.replace(/^(the training process ended unexpectedly [^.:]*).*/, '$1').replace('unexpectedly ', '')
  return words === '' ? ended : `${ended}, saying: ${words}`
}
