import type { Dataset } from '../data/dataset.ts'
import { parseBackend } from './backend.ts'
import { createWorkerTrainer } from './worker-trainer.ts'

/** Whether a backend works here, found by training with it. */
export type BackendTrial =
  | { readonly ok: true /** From nothing to the end of the first step. */; readonly milliseconds: number }
  | { readonly ok: false; readonly reason: string }

/**
 * Starts a training thread and trains one step on almost no data.
 *
 * @throws UsageError for an unknown name
 */
export async function tryBackend(name: string): Promise<BackendTrial> {
  parseBackend(name)
  const data: Dataset = {
    name: 'two points',
    inputs: Float32Array.of(1, 0, 0, 1),
    labels: Int32Array.of(0, 1),
    shape: [2],
    classes: 2,
  }
  const began = performance.now()
  try {
    const trainer = await createWorkerTrainer({
      model: 'linear',
      optimizer: { name: 'sgd', learningRate: 0.1, momentum: 0 },
      batch: 2,
      seed: 1,
      shardSeed: 1,
      shard: data,
      test: data,
      backend: name,
    })
    try {
      const { loss } = await trainer.train(await trainer.initial(), 1)
      if (!Number.isFinite(loss)) return { ok: false, reason: `a training step gave the loss ${loss}` }
    } finally {
      await trainer.stop()
    }
    return { ok: true, milliseconds: performance.now() - began }
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error) }
  }
}
