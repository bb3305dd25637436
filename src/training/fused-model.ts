import { isSequence, outputs } from '../data/dataset.ts'
import { DEFAULT_BACKEND } from './backend.ts'
import { type StackedModel, stackable, stackedModel } from './stacked/stacked-model.ts'
import type { TrainerOptions } from './trainer-options.ts'

/** Whether the fused trainer may train on these data and this backend, where it knows the model. */
export function mayBeFused({ shard, backend }: Pick<TrainerOptions, 'shard' | 'backend'>): boolean {
  return backend === DEFAULT_BACKEND && !isSequence(shard)
}

/** The model as the fused trainer takes it, where it knows it by its name: `linear`, `mlp:64`, `cnn`. */
export function fusedModelOf(options: TrainerOptions): StackedModel | undefined {
  const { model, shard } = options
  const width = outputs(shard) || shard.classes
  if (!mayBeFused(options) || !stackable(model, shard.shape, shard.classes, width)) return undefined
  return stackedModel(model, shard.shape, shard.classes, width)
}
