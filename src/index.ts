/**
 * hearsay: decentralized gossip learning. A peer, data for it, and simulations; what else there is has a sub-path of its own:
 * `hearsay/simulate`, `hearsay/algorithms`, `hearsay/models`, `hearsay/tables`, `hearsay/members`, `hearsay/network`, `hearsay/ports`, `hearsay/testing`,
 * `hearsay/errors`.
 *
 * @example
 * ```ts
 * import { createPeer } from 'hearsay'
 *
 * await using peer = await createPeer({ data: 'digits', state: './me', waitSeconds: 600 })
 * peer.addEventListener('round', ({ detail }) => console.log(detail.step, detail.accuracy))
 * await peer.start()
 * const { parametersHash } = await peer.untilConsensus()
 * console.log(parametersHash, await peer.evaluate())
 * ```
 *
 * @packageDocumentation
 */

export type { Judgement } from '../simulations/judgement.ts'
export type { SimulationOptions } from '../simulations/options.ts'
export type { RoundResult, RunResult } from '../simulations/result.ts'
export { simulate } from '../simulations/simulate.ts'
export type { AffineMap } from './data/affine-map.ts'
export type { Dataset } from './data/dataset.ts'
export type { LoadOptions, Split } from './data/source.ts'
export { loadDataset } from './data/sources.ts'
export type { StoredElement, StoredRows } from './data/stored-rows.ts'
export type { TableReport } from './data/table/report.ts'
export { HearsayError, UsageError } from './errors.ts'
export { NobodyThereError } from './gossip/errors.ts'
export type { ExchangeOutcome } from './gossip/events.ts'
export type { Fault, Faults } from './gossip/membership/conduct.ts'
export type { MemberLink } from './gossip/membership/partners.ts'
export type { Phase } from './gossip/phase.ts'
export type { GossipStatus, PeerOutcome } from './gossip/status.ts'
export type { StreamTraffic } from './gossip/streams/conversations.ts'
export type { MemberView, SwarmView } from './gossip/swarm-view.ts'
export { createPeer } from './library/create-peer.ts'
export { type EvaluateOptions, evaluateModel } from './library/evaluate-model.ts'
export type { EventDetail, EventLine, EventName } from './library/event-document.ts'
export { type ExportedModel, type ExportOptions, exportModel } from './library/export-model.ts'
export type { ShardSpec } from './library/fit-data.ts'
export type { LayersModelLike } from './library/layers-model-like.ts'
export { type LoadedModel, type LoadModelOptions, loadModel } from './library/load-model.ts'
export type { Consensus, JudgedTogether, Libp2pOptions, Peer, PeerEvents, PeerOptions } from './library/peer.ts'
export type { PeerBytes } from './library/peer-bytes.ts'
export {
  type PredictedTable,
  type PredictTableOptions,
  predictTable,
  type SkippedRows,
} from './library/predict-table.ts'
export { recipeFor } from './library/recipe-for.ts'
export { createIdentity } from './network/identity.ts'
export type { Libp2pMetrics } from './network/libp2p-metrics.ts'
export type { ComponentLogger, Logger, Say } from './network/logger.ts'
export {
  defaultRecipe,
  parseRecipe,
  type Recipe,
  type RecipeInput,
  recipeHash,
} from './recipe/recipe.ts'
export type { AgreedStatistics } from './standardise/statistics.ts'
export type { Evaluation, Trainer, TrainerKind, ValueErrors } from './training/trainer.ts'
export type { ClassCounts, TestCounts, ValueCounts, ValueSums } from './worth/counts.ts'
export type { ClassFigures, Classification, Figures, Regression, ValueFigures } from './worth/figures.ts'
export { remarksOn } from './worth/remarks.ts'
