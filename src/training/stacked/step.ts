import type { OptimizerSpec } from '../optimizers/optimizer-spec.ts'
import { type BatchInput, createBatchInput } from './batch-input.ts'
import type { Matrix, StackedHost } from './layer.ts'
import { createNetwork } from './network.ts'
import type { StackedModel } from './stacked-model.ts'
import { createUpdate } from './update.ts'

export interface StepOptions {
  readonly model: StackedModel
  readonly optimizer: OptimizerSpec
  /** Samples at once, at most. */
  readonly most: number
}

/** The calls of a local step, of which each thread of a team carries out its part. Vectors are given by their addresses. */
export interface StepCalls {
  /** Gives the logits of the batch's samples. */
  forward(parameters: number): void
  /** @param gradient where to write that for the parameters, of the batch that went {@link forward} last */
  backward(parameters: number, gradient: number): void
  /** As `StackedUpdate.apply`. */
  update(parameters: number, gradient: number, momentsAt: number, ofRun: number, seen: number): void
}

/** A local step, and what it works on. */
export interface Step extends StepCalls {
  readonly batch: BatchInput
  /** What the model gives, `[most, outputs]`; the gradient for it is to be written in its place. */
  readonly logits: Matrix
  /** Names of the optimizer's moments, which lie one after the other, each as long as the parameters. */
  readonly moments: readonly string[]
}

/** Allocates the same in the same order, wherever it is called with these options. */
export function createStep(host: StackedHost, { model, optimizer, most }: StepOptions): Step {
  const batch = createBatchInput(host, model, most)
  const network = createNetwork(host, model, batch, most)
  const { moments, apply } = createUpdate(host, optimizer, model.layout)
  return {
    batch,
    logits: network.logits,
    moments,
    forward: parameters => network.forward(parameters, batch.count()),
    backward: (parameters, gradient) => network.backward(parameters, gradient, batch.count()),
    update: apply,
  }
}
