/**
 * `hearsay/errors`: every error that a user can meet, by its class. All of them are a {@link HearsayError}; those that another
 * option, recipe or file mends are a {@link UsageError} too.
 *
 * @example
 * ```ts
 * import { loadDataset } from 'hearsay'
 * import { DataFileError } from 'hearsay/errors'
 *
 * try {
 *   await loadDataset('csv:nowhere.csv', { seed: 1 })
 * } catch (error) {
 *   if (!(error instanceof DataFileError)) throw error
 *   console.log(error.message)
 * }
 * ```
 *
 * @packageDocumentation
 */

export { InvitationError, RevocationError, SwarmKeyError } from '../admission/errors.ts'
export { MixingError } from '../averaging/mixing.ts'
export { SecureAggregationError } from '../averaging/privacy/errors.ts'
export { DataFileError, PartitionError, SourceError } from '../data/errors.ts'
export { HearsayError, UsageError } from '../errors.ts'
export {
  CheckpointMismatchError,
  DeadlineError,
  NobodyThereError,
  NormError,
  ProtocolViolationError,
  RefusedError,
  StoppedError,
  UnusableStatisticsError,
} from '../gossip/errors.ts'
export { ConnectionLostError, ProtocolError, StreamEndedError } from '../gossip/streams/stream-errors.ts'
export { ExportError } from '../library/export-model.ts'
export { DataMismatchError } from '../library/fit-data.ts'
export { NothingSealedError } from '../library/generation.ts'
export { ModelDigestError } from '../library/identify-model.ts'
export { InitialWeightsError } from '../library/initial-weights.ts'
export { LoadModelError } from '../library/load-model-error.ts'
export { MembershipError } from '../library/membership.ts'
export { PredictError } from '../library/predict-table.ts'
export { IdentityError, ListenError, UnreachableError } from '../network/errors.ts'
export { CodecError, UnencodableError } from '../parameters/codecs/codec.ts'
export { TensorMisfitError } from '../parameters/fit-tensors.ts'
export { LayoutError } from '../parameters/layout.ts'
export { SafetensorsError } from '../parameters/safetensors.ts'
export { LengthMismatchError } from '../parameters/vectors.ts'
export { InvalidRecipeError } from '../recipe/recipe.ts'
export { WriteError } from '../storage/atomic-file.ts'
export { CheckpointFileError } from '../storage/checkpoint-file.ts'
export { LockedError } from '../storage/lock.ts'
export { StateError } from '../storage/state-directory.ts'
export { SiteSchemaError } from '../table/site-schema.ts'
export {
  BackendMemoryError,
  BackendUnavailableError,
  ModelFileError,
  ModelMisfitError,
  TrainerDiedError,
  TrainerStateError,
  TrainerStoppedError,
} from '../training/errors.ts'
export { TrainingDivergedError } from '../training/trainer.ts'
