/**
 * hearsay: decentralized gossip learning. All that an embedder may import.
 *
 * @example
 * ```ts
 * import { createPeer } from 'hearsay'
 *
 * const peer = await createPeer({ data: 'digits', state: './state', wait: 600 })
 * peer.addEventListener('round', ({ detail }) => console.log(detail.step, detail.accuracy))
 * await peer.start()
 * const { parametersHash } = await peer.untilConsensus()
 * const model = await peer.model()
 * await peer.stop()
 * ```
 *
 * @packageDocumentation
 */

export type { ChurnEvent, EngineName } from '../simulations/environment.ts'
export type { SimulationOptions } from '../simulations/options.ts'
export { DamagedResultError, parseResult, type WrittenResult } from '../simulations/read-result.ts'
export { type ReportInput, renderReport } from '../simulations/report/report.ts'
export { roundsAsCsv } from '../simulations/report/rounds-csv.ts'
export { renderSweepReport, type SweepReportInput } from '../simulations/report/sweep-report.ts'
export type { PeerResult, RoundResult, RunResult, Spread } from '../simulations/result.ts'
export {
  type Expectation,
  findScenario,
  judge,
  type Scenario,
  scenarioNames,
  type Verdict,
} from '../simulations/scenario.ts'
export { simulate } from '../simulations/simulate.ts'
export { runSwarm, type SwarmOptions } from '../simulations/swarm.ts'
export { type KeptResults, keepResultsIn } from '../simulations/sweep/kept-results.ts'
export type { SweepOutcome } from '../simulations/sweep/outcome.ts'
export { outcomesAsCsv } from '../simulations/sweep/outcomes-csv.ts'
export { argumentsOf, type PointFlags, type SweepPoint } from '../simulations/sweep/point.ts'
export { type ReadyRun, runSweep, type SweepOptions } from '../simulations/sweep/run-sweep.ts'
export { parseSweep } from '../simulations/sweep/sweep-file.ts'
export { parseChurnTrace } from '../simulations/virtual/churn-trace.ts'
export { aggregatorNames, parseAggregator } from './averaging/aggregators/registry.ts'
export { attackNames, parseAttack } from './averaging/attacks/registry.ts'
export { type FixedPoint, fromFixedPoint, toFixedPoint } from './averaging/privacy/fixed-point.ts'
export { type GaussianMechanism, privatise } from './averaging/privacy/gaussian-mechanism.ts'
export { type MaskedRound, maskShare, sumOfShares } from './averaging/privacy/pairwise-masks.ts'
export { epsilonAfter, type GaussianRelease, neighbourEpsilon } from './averaging/privacy/renyi-accountant.ts'
export { addZeroSumNoise } from './averaging/privacy/zero-sum-noise.ts'
export { parseRule, peerRuleNames, ruleNames } from './averaging/rules/registry.ts'
export { activePeers, teleportationMessages, teleportationRound } from './averaging/teleportation.ts'
export {
  generalizedTokenAccount,
  randomizedTokenAccount,
  receive as receiveWithTokens,
  simpleTokenAccount,
  type TokenAccount,
  tick as tickTokens,
} from './averaging/token-account.ts'
export { edgesFileOf, parseTopology, topologyNames } from './averaging/topologies/registry.ts'
export { type Dataset, features, gather, samples } from './data/dataset.ts'
export { parsePartition } from './data/partition.ts'
export type { LoadOptions, Split } from './data/source.ts'
export { loadDataset } from './data/sources.ts'
export { HearsayError, UsageError } from './errors.ts'
export { NobodyThereError } from './gossip/errors.ts'
export type { Checkpoint } from './gossip/state/checkpoint.ts'
export type { GossipStatus, PeerOutcome } from './gossip/status.ts'
export { createPeer } from './library/create-peer.ts'
export { encodeModel, type LearnedModel } from './library/encode-model.ts'
export { ExportError, type ExportedModel, type ExportOptions, exportModel } from './library/export-model.ts'
export { NothingSealedError } from './library/generation.ts'
export {
  fitData,
  identifyModel,
  type PeerAveraging,
  peerAveraging,
  recommendedRule,
} from './library/learning-task.ts'
export type { Consensus, Peer, PeerEvents, PeerOptions } from './library/peer.ts'
export type { PeerBytes } from './library/peer-bytes.ts'
export { sampleText } from './library/sample-text.ts'
export { codecNames, parseCodec } from './parameters/codecs/registry.ts'
export { hashParameters } from './parameters/hash.ts'
export { createLayout, type Layout, viewTensors } from './parameters/layout.ts'
export { decodeSafetensors, encodeSafetensors, type NamedTensor } from './parameters/safetensors.ts'
export { createRandom, type Random } from './random/random.ts'
export {
  AUTO_COMPRESSION,
  defaultRecipe,
  parseRecipe,
  type Recipe,
  type RecipeInput,
  recipeHash,
  stepsPerRound,
} from './recipe/recipe.ts'
export { type DataSize, stepsForData, stepsForEpochs } from './recipe/steps-for-data.ts'
export { writeAtomically } from './storage/atomic-file.ts'
export { decodeCheckpoint } from './storage/checkpoint-file.ts'
export { readCheckpoint } from './storage/stored-checkpoint.ts'
export { parseBackend } from './training/backend.ts'
export { backendNames } from './training/backends/registry.ts'
export { type BackendChoice, chooseBackend } from './training/choose-backend.ts'
export { weightsOf } from './training/layers-model/batch-statistics.ts'
export { parseModel } from './training/models.ts'
export type { Evaluation, Trainer, TrainerState, TrainingUpdate } from './training/trainer.ts'
export { type BackendTrial, tryBackend } from './training/try-backend.ts'
