/**
 * What of a recipe and of a dataset must fit together, before anything is started.
 *
 * @packageDocumentation
 */

import { mean } from './averaging/aggregators/mean.ts'
import type { AveragingRule } from './averaging/rule.ts'
import { parseRule, ruleNames } from './averaging/rules/registry.ts'
import { type Dataset, samples, subset } from './data/dataset.ts'
import { parsePartition } from './data/partition.ts'
import type { Split } from './data/source.ts'
import { UsageError } from './errors.ts'
import { createRandom } from './random/random.ts'
import type { Recipe } from './recipe/recipe.ts'
import type { OptimizerSpec } from './training/optimizer-spec.ts'
import type { TrainerOptions } from './training/trainer-options.ts'

/** The recipe's model cannot take this data. */
export class DataMismatchError extends UsageError {
  override readonly name = 'DataMismatchError'
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

/** The shards of all peers: every sample is in exactly one. */
export function shardsOf(train: Dataset, { of, partition, seed }: Omit<ShardSpec, 'index'>): Dataset[] {
  return parsePartition(partition)(train.labels, of, createRandom(seed).fork('partition')).map(indices =>
    subset(train, indices),
  )
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
  if (samples(train) === 0) throw new DataMismatchError(`${train.name} has no training samples`)
  if (Math.max(train.classes, test.classes) > classes) {
    throw new DataMismatchError(
      `the recipe's model tells ${classes} classes apart, ${train.name} has ${Math.max(train.classes, test.classes)}`,
    )
  }
  return { train: withClassesOf(recipe, train), test: withClassesOf(recipe, test) }
}

/** Two peers that number their classes by what they happen to hold would learn different things under one number. */
function withClassesOf({ model }: Recipe, data: Dataset): Dataset {
  const { classNames, classes } = model
  if (classNames === undefined || data.classNames === undefined) return { ...data, classes }
  const indices = data.classNames.map(name => {
    const index = classNames.indexOf(name)
    if (index < 0) {
      const known = classNames.map(each => JSON.stringify(each)).join(', ')
      throw new DataMismatchError(`${data.name} has the class ${JSON.stringify(name)}, the recipe knows ${known}`)
    }
    return index
  })
  return { ...data, labels: data.labels.map(label => indices[label]), classes, classNames }
}

export function optimizerOf({ training }: Recipe): OptimizerSpec {
  const { learningRate, momentum } = training
  return training.optimizer === 'sgd' ? { name: 'sgd', learningRate, momentum } : { name: 'adam', learningRate }
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

const isPairwise = (rule: AveragingRule) => rule.mixing === 'pairwise' || rule.mixing === 'none'

/** Averaging rules that peers can carry out, in pairs; the others average with all neighbours at once, in rounds. */
export const pairwiseRuleNames = ruleNames.filter(name => isPairwise(parseRule(name, mean)))

/**
 * Whether the recipe averages at all.
 *
 * @throws UsageError for a rule that the two-sided exchange cannot carry out
 */
export function requirePairwise(recipe: Recipe): boolean {
  const rule = parseRule(recipe.averaging.rule, mean)
  if (!isPairwise(rule)) {
    throw new UsageError(
      `the rule ${rule.name} averages with all neighbours at once, in rounds; peers exchange in pairs, by ` +
        pairwiseRuleNames.join(' or '),
    )
  }
  return rule.mixing === 'pairwise'
}
