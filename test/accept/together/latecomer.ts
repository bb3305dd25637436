/**
 * A peer that comes late, or is slow, and alone holds samples of two classes: the model knows them in the end, and has not
 * forgotten the others.
 *
 * @packageDocumentation
 */

import { percent } from '../../../peer/words.ts'
import { type Dataset, samples, subset } from '../../../src/data/dataset.ts'
import type { Split } from '../../../src/data/source.ts'
import { loadDataset } from '../../../src/data/sources.ts'
import { fitData, shardsOf } from '../../../src/library/fit-data.ts'
import { trainerOptionsOf } from '../../../src/library/trainer-options.ts'
import type { Recipe } from '../../../src/recipe/recipe.ts'
import { chooseBackend } from '../../../src/training/choose-backend.ts'
import { createTrainer } from '../../../src/training/create-trainer.ts'
import { createRows, type Item, type ItemOptions, meanOf, type Row, seedsOf } from '../row.ts'
import { createLearningWorld, type LearningWorld, type LearningWorldOptions } from './learning-world.ts'
import { recipeOf } from './recipe.ts'

const FOUNDERS = 4

/** The latecomer's, and nobody else's. */
const RARE = [8, 9]
const CLASSES = 10

const LATE = [0.3, 0.6, 0.95]
const SLOWER = [10, 100]

/** On the rare classes together. */
const LEAST_ON_RARE = 0.8

/** The accuracy that any other class may lose against the run in which all were there from the start; rounding is no loss. */
const MOST_LOST = 0.03 + 1e-9

/** The last one is that which comes late. */
function dealRare({ train }: Split, seed: number): readonly Dataset[] {
  const of = (wanted: (label: number) => boolean) =>
    subset(
      train,
      Int32Array.from({ length: samples(train) }, (_, sample) => sample).filter(sample => wanted(train.labels[sample])),
    )
  const common = of(label => !RARE.includes(label))
  return [...shardsOf(common, { of: FOUNDERS, partition: 'iid', seed }), of(label => RARE.includes(label))]
}

/** Gives the accuracy on each class. */
type Judge = (parameters: Float32Array) => Promise<readonly number[]>

async function createJudge(recipe: Recipe, { test }: Split): Promise<{ judge: Judge; end: () => Promise<void> }> {
  const { name: backend } = await chooseBackend('wasm')
  const all = Int32Array.from({ length: samples(test) }, (_, sample) => sample)
  const trainers = await Promise.all(
    Array.from({ length: CLASSES }, (_, label) => {
      const those = subset(
        test,
        all.filter(sample => test.labels[sample] === label),
      )
      return createTrainer(trainerOptionsOf(recipe, those, those, 0, backend))
    }),
  )
  return {
    async judge(parameters) {
      const accuracies: number[] = []
      for (const trainer of trainers) accuracies.push((await trainer.evaluate(parameters)).accuracy)
      return accuracies
    },
    async end() {
      for (const trainer of trainers) await trainer.stop()
    },
  }
}

interface Outcome {
  readonly accuracies: readonly number[]
  /** Own steps of the peer with the rare classes. */
  readonly ownSteps: number
  readonly inModel: boolean
  /** The most own steps of a founder. */
  readonly others: number
}

interface Variant extends Pick<LearningWorldOptions, 'slowness'> {
  /** The share of their steps that the founders have done when the last one comes. Default: it is there from the start. */
  readonly late?: number
}

/** Runs five peers until they have sealed. */
async function run(recipe: Recipe, split: Split, seed: number, judge: Judge, variant: Variant): Promise<Outcome> {
  const { late, slowness } = variant
  const shards = dealRare(split, seed)
  const minimumPeers = late === undefined ? shards.length : FOUNDERS
  const world = await createLearningWorld({ recipe, shards, test: split.test, seed, slowness, minimumPeers })
  try {
    for (let index = 0; index < FOUNDERS; index++) await world.start(index)
    if (late !== undefined) {
      await world.until(() => world.trained(0) >= late * recipe.training.steps)
    }
    await world.during(world.start(FOUNDERS))
    await world.untilSealed()
    return await outcomeOf(world, judge)
  } finally {
    await world.end()
  }
}

async function outcomeOf({ simulatedPeers }: LearningWorld, judge: Judge): Promise<Outcome> {
  const statuses = simulatedPeers.map(({ gossip }) => gossip?.status())
  const parameters = simulatedPeers[0].gossip?.parameters() ?? new Float32Array(0)
  return {
    accuracies: await judge(parameters),
    ownSteps: statuses[FOUNDERS]?.ownSteps ?? 0,
    inModel: statuses[FOUNDERS]?.inModel ?? false,
    others: Math.max(...statuses.slice(0, FOUNDERS).map(status => status?.ownSteps ?? 0)),
  }
}

/** Mean accuracy on each class, over all seeds. */
function meansOf(outcomes: readonly Outcome[]): readonly number[] {
  return Array.from({ length: CLASSES }, (_, label) => meanOf(outcomes.map(({ accuracies }) => accuracies[label])))
}

const isRare = (_: number, label: number) => RARE.includes(label)
const isCommon = (value: number, label: number) => !isRare(value, label)

const describe = (means: readonly number[]) => means.map((share, label) => `${label} ${percent(share)}`).join(', ')

export interface LatecomerOptions extends ItemOptions {
  readonly late?: readonly number[]
  readonly slower?: readonly number[]
  /** Local steps of the recipe. Default: those that people get. */
  readonly steps?: number
}

export async function latecomers(options: LatecomerOptions): Promise<readonly Row[]> {
  const rows = createRows(options)
  const variants: readonly (readonly [string, Variant])[] = [
    ...(options.late ?? LATE).map(late => [`one that comes at ${percent(late)} of the training`, { late }] as const),
    ...(options.slower ?? SLOWER).map(
      times =>
        [
          `one that is ${times} times slower`,
          { slowness: (index: number) => (index === FOUNDERS ? times : 1) },
        ] as const,
    ),
  ]
  const baseline: Outcome[] = []
  const outcomes = variants.map((): Outcome[] => [])
  for (const seed of seedsOf(options)) {
    const recipe = recipeOf(seed, options.steps)
    const split = fitData(recipe, await loadDataset('digits', { seed }))
    const { judge, end } = await createJudge(recipe, split)
    try {
      baseline.push(await run(recipe, split, seed, judge, {}))
      for (const [i, [name, variant]] of variants.entries()) {
        const outcome = await run(recipe, split, seed, judge, variant)
        outcomes[i].push(outcome)
        options.log?.(`seed ${seed}, ${name}: ${describe(outcome.accuracies)}; ${outcome.ownSteps} own steps`)
      }
    } finally {
      await end()
    }
  }

  const whole = meansOf(baseline)
  for (const [i, [name]] of variants.entries()) {
    const means = meansOf(outcomes[i])
    const onRare = meanOf(means.filter(isRare))
    const lost = whole.map((before, label) => before - means[label]).filter(isCommon)
    const [steps, others] = [outcomes[i].map(({ ownSteps }) => ownSteps), outcomes[i].map(one => one.others)]
    const inModel = outcomes[i].filter(one => one.inModel).length
    rows.add({
      asked: `${name}, alone with the classes ${RARE.join(' and ')}: at least ${percent(LEAST_ON_RARE)} on them, and no other class loses more than 3 points`,
      measured:
        `${percent(onRare)} on them; the others lose ${(100 * Math.max(...lost)).toFixed(1)} points at the most, ` +
        `${(100 * meanOf(lost)).toFixed(1)} on average; by class ${describe(means)}; all there from the start ${describe(whole)}; ` +
        `${meanOf(steps).toFixed(0)} own steps beside the others' ${meanOf(others).toFixed(0)}; in the model ${inModel} of ${outcomes[i].length}`,
      passed: onRare >= LEAST_ON_RARE && Math.max(...lost) <= MOST_LOST,
    })
  }
  return rows.all()
}

export const latecomer: Item = {
  name: 'latecomer',
  about: 'A latecomer, and a slow one, with the only samples of two classes',
  seeds: 3,
  run: latecomers,
}
