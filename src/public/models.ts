/**
 * `hearsay/models`: parameters, the tensors in them, the files that hold them, and the backends that compute them.
 *
 * @example
 * ```ts
 * import { createLayout, encodeSafetensors, hashParameters, viewTensors } from 'hearsay/models'
 *
 * const layout = createLayout([{ name: 'kernel', shape: [2, 2], trainable: true }])
 * const parameters = Float32Array.of(1, 2, 3, 4)
 * const file = encodeSafetensors({ tensors: viewTensors(layout, parameters), metadata: {} })
 * console.log(hashParameters(parameters), file.byteLength)
 * ```
 *
 * @packageDocumentation
 */

import { parseModel as readModel } from '../training/models.ts'

export { features, gather, samples } from '../data/dataset.ts'
export type { Abort, Checkpoint, Generation, SealedAs } from '../gossip/state/checkpoint.ts'
export type { ContributionState } from '../gossip/state/contribution.ts'
export { encodeModel, type LearnedModel } from '../library/encode-model.ts'
export { type InitialWeights, readInitialWeights } from '../library/initial-weights.ts'
export { LANGUAGE_BATCH } from '../library/language-defaults.ts'
export { loadingOf } from '../library/loading.ts'
export {
  ModuleNotAllowedError,
  type ModuleRequest,
  programOf,
  requireAllowedModule,
} from '../library/module-permission.ts'
export { type PreparedRecipe, type PrepareOptions, prepareRecipe } from '../library/prepared-recipe.ts'
export { fitRecipe } from '../library/recipe-for.ts'
export { requireBareModel } from '../library/require-bare-model.ts'
export { requireBuildable } from '../library/require-buildable.ts'
export { sampleText } from '../library/sample-text.ts'
export { saveLayersModel } from '../library/save-layers-model.ts'
export type { FrozenPart } from '../parameters/frozen.ts'
export { hashParameters } from '../parameters/hash.ts'
export {
  createLayout,
  type Layout,
  type TensorSlot,
  type TensorSpec,
  type TensorView,
  viewTensors,
} from '../parameters/layout.ts'
export { decodeSafetensors, encodeSafetensors, type NamedTensor, type Safetensors } from '../parameters/safetensors.ts'
export { stepsPerRound } from '../recipe/recipe.ts'
export { type DataSize, stepsForData, stepsForEpochs } from '../recipe/steps-for-data.ts'
export { writeAtomically } from '../storage/atomic-file.ts'
export { decodeCheckpoint, type ReadCheckpoint } from '../storage/checkpoint-file.ts'
export { type Damage, readCheckpoint, type StoredCheckpoint } from '../storage/stored-checkpoint.ts'
export { whyUnwritten } from '../storage/why-unwritten.ts'
export { parseBackend } from '../training/backend.ts'
export type { Devices } from '../training/backends/backend-kind.ts'
export { backendNames } from '../training/backends/registry.ts'
export { type BackendChoice, chooseBackend, type GpuWish } from '../training/choose-backend.ts'
export { weightsOf } from '../training/layers-model/batch-statistics.ts'
export { type BackendTrial, tryBackend } from '../training/try-backend.ts'

/** A model, as far as it is known before TensorFlow.js is loaded. */
export interface ModelKind {
  readonly name: string
  /** Why it cannot take samples of this shape; undefined where it can, or where its file has to be read to know. */
  misfit?(shape: readonly number[], sequences?: boolean): string | undefined
}

/**
 * Reads the name of a model, as a recipe has it.
 *
 * @throws UsageError for an unknown name, or a parameter that is malformed
 */
export const parseModel: (name: string) => ModelKind = readModel
