import { type Dataset, features, gather, isRegression, isSequence, outputs, samples, subset } from '../data/dataset.ts'
import { parsePartition } from '../data/partition.ts'
import type { Split } from '../data/source.ts'
import type { TableReport } from '../data/table/report.ts'
import { UsageError } from '../errors.ts'
import { createRandom } from '../random/random.ts'
import { firstDifference, outputsOf, type Recipe } from '../recipe/recipe.ts'
import { classIndexOf } from '../table/encode.ts'
import type { TableSchema } from '../table/schema.ts'
import { counted } from '../table/words.ts'
import { parseModel } from '../training/models.ts'

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

/** Partitions that need to know no labels. */
const WITHOUT_LABELS: readonly string[] = ['iid', 'quantity']

/**
 * The shards of all peers: every sample is in exactly one.
 *
 * @throws UsageError where the partition goes by labels and the samples are sequences, which have many each, or have measured values
 */
export function shardsOf(train: Dataset, { of, partition, seed }: Omit<ShardSpec, 'index'>): Dataset[] {
  const deal = parsePartition(partition)
  if (isSequence(train) && partition !== 'iid') {
    throw new UsageError(
      `the partition ${partition} goes by labels, and a sequence of ${train.name} has one at each position; take iid`,
    )
  }
  if (isRegression(train) && !WITHOUT_LABELS.includes(partition.split(':')[0])) {
    throw new UsageError(
      `the partition ${partition} goes by classes, and ${train.name} has measured values; take ${WITHOUT_LABELS.join(' or ')}:ALPHA`,
    )
  }
  const labels = isSequence(train) || isRegression(train) ? new Int32Array(samples(train)) : train.labels
  return deal(labels, of, createRandom(seed).fork('partition')).map(indices => subset(train, indices))
}

/**
 * The test samples of one peer of those that split a dataset: what all members' samples say of the common model counts each one once. Where
 * there are fewer than peers, some have the same one.
 */
export function testShardOf(test: Dataset, { index, of }: Pick<ShardSpec, 'index' | 'of'>): Dataset {
  const count = samples(test)
  const own = Array.from({ length: Math.ceil(Math.max(0, count - index) / of) }, (_, i) => index + i * of)
  return subset(test, Int32Array.from(own.length === 0 ? [index % count] : own))
}

/**
 * The data as the recipe's model sees it: with the recipe's classes, of which a peer may hold only some.
 *
 * @throws DataMismatchError naming both shapes, both numbers of classes or values, or the class that the recipe does not know
 */
export function fitData(recipe: Recipe, data: Split): Split {
  const { train, test } = data
  const { shape, classes } = recipe.model
  requireTable(recipe, data)
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
  requireValues(recipe, train)
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
  if (recipe.objective.task === 'regress') return data
  const isNamed = recipe.model.classNames !== undefined && train.classNames !== undefined
  if (!isNamed && Math.max(train.classes, test.classes) > classes) {
    throw new DataMismatchError(
      `the recipe's model tells ${classes} classes apart, ${train.name} has ${Math.max(train.classes, test.classes)}`,
    )
  }
  return { ...data, train: withClassesOf(recipe, train), test: withClassesOf(recipe, test) }
}

/**
 * A recipe with columns is of tables that were read by them; without, nothing may hang on what one table happens to hold. And missing
 * numbers become a mean that has to be agreed on.
 */
function requireTable({ data: { table, standardise } }: Recipe, { train, table: read }: Split): void {
  if (table !== undefined && read === undefined) {
    const names = table.columns.slice(0, 5).map(({ name }) => JSON.stringify(name))
    throw new DataMismatchError(
      `the recipe is of tables with the columns ${names.join(', ')}${table.columns.length > names.length ? ', …' : ''}; ${train.name} is no table`,
    )
  }
  if (read === undefined) return
  if (table === undefined) requireAlikeEverywhere(read, train.name)
  else requireSchema(table, read, train.name)
  if (read.gaps === 0 || (table !== undefined && standardise)) return
  const gaps = `${train.name} has ${counted(read.gaps, 'missing number')}`
  throw new DataMismatchError(
    table === undefined
      ? `${gaps}, and the recipe says nothing of what becomes of them`
      : `${gaps}, which become the mean that the swarm agrees on where the recipe says data.standardise; this one does not`,
  )
}

/** Rows that were read by other columns have other features, whose number may be the same all the same. */
function requireSchema(table: TableSchema, { schema }: TableReport, name: string): void {
  const difference = firstDifference(table, schema)
  if (difference === undefined) return
  throw new DataMismatchError(
    `${name} was read by other columns than the recipe's (${difference}): load it with the recipe's, loadDataset(source, { table: recipe.data.table })`,
  )
}

/** Features that another table of the same columns would have too. */
function requireAlikeEverywhere({ schema: { columns, label } }: TableReport, name: string): void {
  const measured = label.kind === 'number' ? [...columns, ...label.targets] : columns
  const own = measured.find(column => ('origin' in column ? column.origin !== 0 : 'values' in column))
  if (own === undefined) return
  const what = 'values' in own ? 'is of categories' : 'is counted from an origin'
  throw new DataMismatchError(
    `${JSON.stringify(own.name)} of ${name} ${what}, which go by this table where the recipe names no columns: take a recipe that does`,
  )
}

/** Measured values are for the task regress, and it takes nothing else. */
function requireValues({ objective: { task }, model }: Recipe, train: Dataset): void {
  if (isRegression(train) !== (task === 'regress')) {
    throw new DataMismatchError(
      task === 'regress'
        ? `the task regress predicts measured values, ${train.name} has ${train.classes} classes: the task for them is classify`
        : `${train.name} has measured values, not classes: the task for them is regress, the recipe's is ${task}`,
    )
  }
  if (task !== 'regress' || outputs(train) === outputsOf(model)) return
  throw new DataMismatchError(
    `the recipe's model predicts ${outputsOf(model)} values of a sample, ${train.name} has ${outputs(train)}`,
  )
}

/**
 * Two peers that number their classes by what they happen to hold would learn different things under one number. Of
 * sequences the inputs are classes too.
 */
function withClassesOf({ model }: Recipe, data: Dataset): Dataset {
  const { classNames, classes } = model
  if (classNames === undefined || data.classNames === undefined) return { ...data, classes }
  const indices = data.classNames.map(name => {
    const index = classIndexOf(name, classNames)
    if (index < 0) throw unknownClass(data, name, classNames)
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
