import { setImmediate } from 'node:timers/promises'
import { UsageError } from '../errors.ts'
import { createLayout, type TensorSpec } from '../parameters/layout.ts'
import { createExclusive } from './exclusive.ts'
import type { Evaluation, Trainer } from './trainer.ts'

/** What a learner of one's own is made of, where it learns in the peer's own thread and remembers nothing but its parameters. */
export interface TrainerDefinition {
  /** For logs: what computes. Default: `own`. */
  readonly name?: string
  /** The tensors that lie in the parameters, one after the other. */
  readonly tensors: readonly Omit<TensorSpec, 'trainable'>[]
  /** Samples that this peer learns from. */
  readonly samples: number
  /** Samples of one step. Default: all of them. */
  readonly batch?: number
  /** `[parameters]`: where every peer of the swarm begins, the same for all. Default: zeros. */
  readonly initial?: () => Float32Array
  /**
   * One local step.
   *
   * @param parameters `[parameters]`, to be changed in place
   * @returns its loss
   */
  readonly step: (parameters: Float32Array) => number | Promise<number>
  /** How good parameters are, on samples that nobody trains on. The accuracy is NaN where nothing is classified. */
  readonly evaluate: (parameters: Float32Array) => Evaluation | Promise<Evaluation>
}

/** Between steps that take long together others have their turn: a peer that answers nobody for longer than this seems slow to them. */
const TURN_MS = 10

const EXPECTED = { tensors: 'object', samples: 'number', step: 'function', evaluate: 'function' } as const

/**
 * Makes a trainer of one step. The parameters that a peer hands out are its own, and exchanges change them while it trains: the step gets a
 * copy, of which the peer is told the difference. Sockets are served between steps.
 *
 * @throws UsageError naming the field that is missing or of another type
 */
export function defineTrainer(definition: TrainerDefinition): Trainer {
  for (const [field, kind] of Object.entries(EXPECTED)) {
    const found = typeof definition[field as keyof TrainerDefinition]
    if (found !== kind) throw new UsageError(`a trainer has ${field}, a ${kind}; found ${found}`)
  }
  const { name = 'own', tensors, samples, batch = samples, initial, step, evaluate } = definition
  const layout = createLayout(tensors.map(tensor => ({ ...tensor, trainable: true })))
  const exclusive = createExclusive()

  async function train(parameters: Float32Array, steps: number) {
    const began = performance.now()
    const trained = parameters.slice()
    const before = parameters.slice()
    let losses = 0
    let turn = began
    for (let i = 0; i < steps; i++) {
      losses += await step(trained)
      if (performance.now() - turn < TURN_MS) continue
      await setImmediate()
      turn = performance.now()
    }
    return {
      update: trained.map((value, i) => value - before[i]),
      loss: losses / steps,
      samples: steps * batch,
      seconds: (performance.now() - began) / 1_000,
    }
  }

  return {
    layout,
    backend: name,
    samples,
    initial: async () => initial?.() ?? new Float32Array(layout.length),
    train: (parameters, steps) => exclusive.run(() => train(parameters, steps)),
    evaluate: parameters => exclusive.run(async () => await evaluate(parameters)),
    // The parameters are all that it remembers.
    state: async () => ({ tensors: {}, metadata: {} }),
    restore: async () => {},
    stop: exclusive.close,
  }
}
