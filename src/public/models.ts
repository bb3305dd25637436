/**
 * `hearsay/models`: parameters, the tensors in them, the files that hold them, and the backends that compute them.
 *
 * @packageDocumentation
 */

export { features, gather, samples } from '../data/dataset.ts'
export type { Checkpoint } from '../gossip/state/checkpoint.ts'
export { encodeModel, type LearnedModel } from '../library/encode-model.ts'
export { fitData, identifyModel } from '../library/learning-task.ts'
export { sampleText } from '../library/sample-text.ts'
export { hashParameters } from '../parameters/hash.ts'
export { createLayout, type Layout, type TensorSlot, type TensorSpec, viewTensors } from '../parameters/layout.ts'
export { decodeSafetensors, encodeSafetensors, type NamedTensor, type Safetensors } from '../parameters/safetensors.ts'
export { stepsPerRound } from '../recipe/recipe.ts'
export { type DataSize, stepsForData, stepsForEpochs } from '../recipe/steps-for-data.ts'
export { writeAtomically } from '../storage/atomic-file.ts'
export { decodeCheckpoint } from '../storage/checkpoint-file.ts'
export { readCheckpoint } from '../storage/stored-checkpoint.ts'
export { parseBackend } from '../training/backend.ts'
export { backendNames } from '../training/backends/registry.ts'
export { type BackendChoice, chooseBackend } from '../training/choose-backend.ts'
export { weightsOf } from '../training/layers-model/batch-statistics.ts'
export { parseModel } from '../training/models.ts'
export { type BackendTrial, tryBackend } from '../training/try-backend.ts'
