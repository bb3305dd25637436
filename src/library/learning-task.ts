/**
 * What of a recipe and of a dataset must fit together, before anything is started.
 *
 * @packageDocumentation
 */

import { mean } from '../averaging/aggregators/mean.ts'
import { type AveragingRule, isLive, type LiveRule } from '../averaging/rule.ts'
import { adpsgd } from '../averaging/rules/adpsgd.ts'
import { dpsgd } from '../averaging/rules/dpsgd.ts'
import { parseRule, peerRuleNames, plainParts, rulesThat } from '../averaging/rules/registry.ts'
import { complete } from '../averaging/topologies/complete.ts'
import { edgesFileOf, parseTopology } from '../averaging/topologies/registry.ts'
import type { Topology } from '../averaging/topology.ts'
import { AUTO_COMPRESSION } from '../catalogue.ts'
import { type Dataset, features, gather, isSequence, samples, subset } from '../data/dataset.ts'
import { parsePartition } from '../data/partition.ts'
import type { Split } from '../data/source.ts'
import { UsageError } from '../errors.ts'
import { none } from '../parameters/codecs/none.ts'
import { parseCodec } from '../parameters/codecs/registry.ts'
import { createRandom } from '../random/random.ts'
import type { Recipe, RecipeInput } from '../recipe/recipe.ts'
import { modelDigest } from '../training/layers-model/model-digest.ts'
import { parseModel } from '../training/models.ts'
import type { OptimizerSpec } from '../training/optimizers/optimizer-spec.ts'
import type { TrainerOptions } from '../training/trainer-options.ts'

/** The model's file is not the one that the recipe is of. */
export class ModelDigestError extends UsageError {
  override readonly name = 'ModelDigestError'
}

/** The recipe's model cannot take this data. */
export class DataMismatchError extends UsageError {
  override readonly name = 'DataMismatchError'
}

/** Whether peers learn from samples that they own, and not from a formula or nothing at all. */
export function learnsFromData({ objective }: Recipe): boolean {
  return objective.task === 'classify' || objective.task === 'language'
}

/**
 * The recipe with the digest of its model's file, where it is made from one: so that peers whose files differ have
 * different recipes, are not mixed, and are told both digests.
 *
 * @throws ModelFileError where the file cannot be read, ModelDigestError where the recipe is of another
 */
export async function identifyModel(recipe: Recipe): Promise<Recipe> {
  if (!learnsFromData(recipe)) return recipe
  const { name, digest: wanted } = recipe.model
  const digest = await modelDigest(name)
  if (digest === wanted) return recipe
  if (digest === undefined) {
    throw new ModelDigestError(`the recipe has a digest of the model ${name}, which is made from no file`)
  }
  if (wanted !== undefined) {
    throw new ModelDigestError(
      `the model ${name} has the SHA-256 ${digest}, the recipe is of one with ${wanted}: take the file that the other ` +
        'peers of the swarm have, or write a recipe for this one',
    )
  }
  return { ...recipe, model: { ...recipe.model, digest } }
}

/** Which part of a dataset a peer owns. */
export interface ShardSpec {
  /** From 0. */
  readonly index: number
  readonly of: number
  /** `iid`, `dirichlet:ALPHA`. All peers that split one dataset must say the same, and the same seed. */
  readonly partition: string
  readonly seed: number | string
}

/**
 * The shards of all peers: every sample is in exactly one.
 *
 * @throws UsageError where the partition goes by labels and the samples are sequences, which have many each
 */
export function shardsOf(train: Dataset, { of, partition, seed }: Omit<ShardSpec, 'index'>): Dataset[] {
  const deal = parsePartition(partition)
  if (isSequence(train) && partition !== 'iid') {
    throw new UsageError(
      `the partition ${partition} goes by labels, and a sequence of ${train.name} has one at each position; take iid`,
    )
  }
  const labels = isSequence(train) ? new Int32Array(samples(train)) : train.labels
  return deal(labels, of, createRandom(seed).fork('partition')).map(indices => subset(train, indices))
}

/**
 * The data as the recipe's model sees it: with the recipe's classes, of which a peer may hold only some.
 *
 * @throws DataMismatchError naming both shapes, both numbers of classes, or the class that the recipe does not know
 */
export function fitData(recipe: Recipe, { train, test }: Split): Split {
  const { shape, classes } = recipe.model
  if (train.shape.join() !== shape.join()) {
    throw new DataMismatchError(
      `the recipe's model takes samples of shape [${shape.join(', ')}], ${train.name} has [${train.shape.join(', ')}]`,
    )
  }
  const sequences = recipe.objective.task === 'language'
  if (isSequence(train) !== sequences) {
    throw new DataMismatchError(
      sequences
        ? `the task language needs sequences, such as text:FILE; a sample of ${train.name} has one label`
        : `the samples of ${train.name} are sequences: the task for them is language`,
    )
  }
  const misfit = parseModel(recipe.model.name).misfit?.(shape, sequences)
  if (misfit !== undefined) {
    throw new DataMismatchError(`${recipe.model.name} cannot take samples of shape [${shape.join(', ')}]: ${misfit}`)
  }
  if (recipe.data.standardise && sequences) {
    throw new DataMismatchError(
      'the recipe says data.standardise, which is for measured values; a sequence is of symbols',
    )
  }
  if (samples(train) === 0) throw new DataMismatchError(`${train.name} has no training samples`)
  if (Math.max(train.classes, test.classes) > classes) {
    throw new DataMismatchError(
      `the recipe's model tells ${classes} classes apart, ${train.name} has ${Math.max(train.classes, test.classes)}`,
    )
  }
  return { train: withClassesOf(recipe, train), test: withClassesOf(recipe, test) }
}

/**
 * Two peers that number their classes by what they happen to hold would learn different things under one number. Of
 * sequences the inputs are classes too.
 */
function withClassesOf({ model }: Recipe, data: Dataset): Dataset {
  const { classNames, classes } = model
  if (classNames === undefined || data.classNames === undefined) return { ...data, classes }
  const place = new Map(classNames.map((name, index) => [name, index]))
  const indices = data.classNames.map(name => {
    const index = place.get(name)
    if (index === undefined) throw unknownClass(data, name, classNames)
    return index
  })
  const renumbered = { ...data, labels: data.labels.map(label => indices[label]), classes, classNames }
  return isSequence(data) ? { ...renumbered, inputs: inputsOf(data).map(symbol => indices[symbol]) } : renumbered
}

/** Classes of the recipe that are listed; a text may have thousands of characters. */
const MOST_LISTED = 100

function unknownClass(data: Dataset, name: string, known: readonly string[]): DataMismatchError {
  const what = isSequence(data) ? 'character' : 'class'
  const list = known.slice(0, MOST_LISTED).map(each => JSON.stringify(each))
  const more = known.length > list.length ? ` and ${known.length - list.length} more` : ''
  return new DataMismatchError(
    `${data.name} has the ${what} ${JSON.stringify(name)}, the recipe knows ${list.join(', ')}${more}`,
  )
}

/** `[samples, features]`: a copy of all inputs. */
function inputsOf(data: Dataset): Float32Array {
  const inputs = new Float32Array(samples(data) * features(data))
  const all = Int32Array.from({ length: samples(data) }, (_, sample) => sample)
  gather(data, all, inputs, new Int32Array(data.labels.length))
  return inputs
}

export function optimizerOf({ training }: Recipe): OptimizerSpec {
  const {
    optimizer: name,
    learningRate,
    momentum,
    beta2,
    weightDecay,
    clipNorm,
    steps,
    warmupSteps,
    finalShare,
  } = training
  const schedule = { shape: training.schedule, steps, warmupSteps, finalShare }
  const common = { learningRate, schedule, weightDecay, clipNorm }
  return name === 'sgd' ? { name, momentum, ...common } : { name, beta2, ...common }
}

/** What a trainer needs to train by this recipe. */
export function trainerOptionsOf(
  recipe: Recipe,
  shard: Dataset,
  test: Dataset,
  shardSeed: number | string,
  backend: string,
): TrainerOptions {
  const { model, training } = recipe
  return {
    model: model.name,
    optimizer: optimizerOf(recipe),
    batch: training.batch,
    seed: training.seed,
    shardSeed,
    shard,
    test,
    backend,
  }
}

/** How the peers of a recipe average, and how parameters travel. */
export interface PeerAveraging {
  readonly rule: LiveRule
  /** The name of a codec, or `auto`. */
  readonly compression: string
  readonly fragments: number
  /** Whether a peer's parameters count by its samples. */
  readonly bySamples: boolean
}

/**
 * The averaging rule for a recipe of which nobody has said one: D-PSGD, by measurement (decision 007), where it can be carried out.
 * It needs links that go both ways, and whole models.
 */
export function recommendedRule({ averaging, exchange }: RecipeInput): string {
  const topology = averaging?.topology ?? complete.name
  // Who averages with whom is in a file, and not read yet.
  if (edgesFileOf(topology) !== undefined || (exchange?.fragments ?? 1) > 1) return adpsgd.name
  return parseTopology(topology, { seed: '' }).symmetric ? dpsgd(mean).name : adpsgd.name
}

/**
 * How peers of this recipe average.
 *
 * @param topology the recipe's, where it has been read
 * @throws UsageError for what the two-sided exchange cannot carry out, with what comes nearest
 */
export function peerAveraging(
  recipe: Recipe,
  topology = parseTopology(recipe.averaging.topology, { seed: '' }),
): PeerAveraging {
  const { aggregator, weights } = recipe.averaging
  const rule = parseRule(recipe.averaging.rule, plainParts)
  if (!isLive(rule)) {
    throw new UsageError(
      `peers do not exchange by the rule ${rule.name}, but by ${peerRuleNames.join(', ')}; hearsay simulate --engine matrix runs every rule`,
    )
  }
  if (aggregator !== mean.name) {
    throw new UsageError(
      `peers do not merge by the aggregator ${aggregator}, but by ${mean.name}; hearsay simulate --engine matrix runs every aggregator`,
    )
  }
  const { compression, localSteps, fragments = 1 } = recipe.exchange
  if (compression !== AUTO_COMPRESSION) parseCodec(compression)
  const misfit = rule.live.misfit?.({ topology, localSteps }) ?? misfitOf(rule, recipe, topology)
  if (misfit !== undefined) throw new UsageError(misfit)
  return { rule, compression, fragments, bySamples: weights === 'samples' }
}

/** Why no rule of this kind can be carried out so, and what comes nearest. */
function misfitOf(
  { name, live, travels }: LiveRule,
  { averaging, exchange }: Recipe,
  topology: Topology,
): string | undefined {
  const { compression, fragments = 1 } = exchange
  if (live.schedule === 'rounds' && fragments > 1) {
    return `the rule ${name} averages whole models in step; for exchange.fragments take ${nearest(isDivisible)}`
  }
  if (live.schedule === 'rounds' && !topology.symmetric) {
    return `peers average by ${name} over links that go both ways; ${topology.name} is directed: take ring, complete or random-regular:4`
  }
  if (live.schedule === 'pairs' && travels === 'exact' && (fragments > 1 || compression !== none.name)) {
    const field = fragments > 1 ? 'exchange.fragments' : `exchange.compression ${compression}`
    return `peers merge whole models by ${name}, as they are; for ${field} take ${nearest(isDivisible)}`
  }
  if (live.share !== undefined && averaging.weights === 'samples') {
    return `the rule ${name} has its own measure of who counts for more; for averaging.weights samples take ${nearest(hasMean)}`
  }
  return undefined
}

const isDivisible = ({ live, travels }: AveragingRule) => live?.schedule === 'pairs' && travels !== 'exact'
const hasMean = ({ live }: AveragingRule) => live !== undefined && live.schedule !== 'alone' && live.share === undefined
const nearest = (holds: (rule: AveragingRule) => boolean) => rulesThat(holds).join(' or ')
