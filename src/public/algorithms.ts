/**
 * `hearsay/algorithms`: averaging rules, topologies, aggregators, attacks, codecs and privacy as values, and what reads their names
 * as they are written in a recipe. Pure mathematics: nothing here opens a file or a socket, or loads TensorFlow.js.
 *
 * @example
 * ```ts
 * import { median, ring } from 'hearsay/algorithms'
 *
 * console.log(ring.neighbours(0, 5, 0)) // [1, 4]
 * const merged = new Float32Array(2)
 * median.aggregate(Float32Array.of(1, 2), [{ weight: 0.5, vector: Float32Array.of(3, 4) }], merged)
 * ```
 *
 * @packageDocumentation
 */

export type { Aggregator, Clips, WeightedVector } from '../averaging/aggregator.ts'
export { adaptivelyClipped, clipped } from '../averaging/aggregators/clipped.ts'
export { geometricMedian } from '../averaging/aggregators/geometric-median.ts'
export { krum, multiKrum } from '../averaging/aggregators/krum.ts'
export { mean } from '../averaging/aggregators/mean.ts'
export { median } from '../averaging/aggregators/median.ts'
export { aggregatorNames, parseAggregator } from '../averaging/aggregators/registry.ts'
export { trimmedMean } from '../averaging/aggregators/trimmed-mean.ts'
export type { Attack, AttackView } from '../averaging/attacks/attack.ts'
export { attackNames, parseAttack } from '../averaging/attacks/registry.ts'
export { consensusDistance, meanSquaredDistance } from '../averaging/consensus.ts'
export { defineAggregator, defineCodec, defineRule, defineTopology } from '../averaging/define.ts'
export type { LiveForm, LiveSetting } from '../averaging/live-form.ts'
export { applyMixing, type MixingMatrix, mixingMatrix } from '../averaging/mixing.ts'
export type { OuterStep } from '../averaging/outer-step.ts'
export type { Seed as MaskSeed } from '../averaging/privacy/chacha20.ts'
export { type FixedPoint, fromFixedPoint, toFixedPoint } from '../averaging/privacy/fixed-point.ts'
export { type GaussianMechanism, privatise } from '../averaging/privacy/gaussian-mechanism.ts'
export { type MaskedRound, maskShare, sumOfShares } from '../averaging/privacy/pairwise-masks.ts'
export { epsilonAfter, type GaussianRelease, neighbourEpsilon } from '../averaging/privacy/renyi-accountant.ts'
export { addZeroSumNoise } from '../averaging/privacy/zero-sum-noise.ts'
export type {
  AveragingRule,
  Link,
  LiveRule,
  MessageShape,
  MixingNeed,
  ReceivedMessage,
  RuleHost,
  RuleMessage,
  Travel,
} from '../averaging/rule.ts'
export { createMessage, isLive, plainBytes } from '../averaging/rule.ts'
export { adpsgd } from '../averaging/rules/adpsgd.ts'
export { allreduce } from '../averaging/rules/allreduce.ts'
export { choco } from '../averaging/rules/choco.ts'
export { d2 } from '../averaging/rules/d2.ts'
export { diloco } from '../averaging/rules/diloco.ts'
export { dpsgd } from '../averaging/rules/dpsgd.ts'
export { extra } from '../averaging/rules/extra.ts'
export { fedavg } from '../averaging/rules/fedavg.ts'
export { gradientTracking } from '../averaging/rules/gradient-tracking.ts'
export { mosaic } from '../averaging/rules/mosaic.ts'
export { noloco } from '../averaging/rules/noloco.ts'
export { none as isolated } from '../averaging/rules/none.ts'
export { pushSum } from '../averaging/rules/push-sum.ts'
export { parseRule, peerRuleNames, type RuleParts, ruleNames } from '../averaging/rules/registry.ts'
export { relaysum } from '../averaging/rules/relaysum.ts'
export { scaffold } from '../averaging/rules/scaffold.ts'
export { sparta } from '../averaging/rules/sparta.ts'
export { spectralGap } from '../averaging/spectrum.ts'
export {
  activePeers,
  type TeleportationRound,
  teleportationMessages,
  teleportationRound,
} from '../averaging/teleportation.ts'
export {
  generalizedTokenAccount,
  randomizedTokenAccount,
  receive as receiveWithTokens,
  simpleTokenAccount,
  type TokenAccount,
  tick as tickTokens,
} from '../averaging/token-account.ts'
export { baseK } from '../averaging/topologies/base-k.ts'
export { chain } from '../averaging/topologies/chain.ts'
export { complete } from '../averaging/topologies/complete.ts'
export { epidemic } from '../averaging/topologies/epidemic.ts'
export { epidemicLocal } from '../averaging/topologies/epidemic-local.ts'
export { erdosRenyi } from '../averaging/topologies/erdos-renyi.ts'
export { exponential } from '../averaging/topologies/exponential.ts'
export { hypercube } from '../averaging/topologies/hypercube.ts'
export { moshpit } from '../averaging/topologies/moshpit.ts'
export { onePeerExponential } from '../averaging/topologies/one-peer-exponential.ts'
export { pairwise } from '../averaging/topologies/pairwise.ts'
export { randomRegular } from '../averaging/topologies/random-regular.ts'
export { edgesFileOf, parseTopology, topologyNames } from '../averaging/topologies/registry.ts'
export { ring } from '../averaging/topologies/ring.ts'
export { star } from '../averaging/topologies/star.ts'
export { torus } from '../averaging/topologies/torus.ts'
export { tree } from '../averaging/topologies/tree.ts'
export type { Adjacency, Topology } from '../averaging/topology.ts'
export { type PeerAveraging, peerAveraging, recommendedRule } from '../library/peer-averaging.ts'
export type { Codec } from '../parameters/codecs/codec.ts'
export { fp16 } from '../parameters/codecs/fp16.ts'
export { int8 } from '../parameters/codecs/int8.ts'
export { none as uncompressed } from '../parameters/codecs/none.ts'
export { qsgd } from '../parameters/codecs/qsgd.ts'
export { randk } from '../parameters/codecs/randk.ts'
export { codecNames, parseCodec } from '../parameters/codecs/registry.ts'
export { topk } from '../parameters/codecs/topk.ts'
export type { Vector } from '../parameters/vectors.ts'
export { createRandom, type Random } from '../random/random.ts'
export { AUTO_COMPRESSION } from '../recipe/recipe.ts'
