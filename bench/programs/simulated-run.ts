/**
 * Simulates once, as its one argument says, and prints how fast it was: a process of its own, so that its memory is only its own.
 *
 * @packageDocumentation
 */

import { loadDataset, parseRecipe, type RecipeInput, simulate } from '../../src/index.ts'
import { syntheticClasses } from './synthetic-classes.ts'

export interface SimulatedRun {
  readonly peers: number
  readonly recipe: RecipeInput
  /** A data source, or `synthetic:FEATURES,CLASSES`; none for the task consensus. */
  readonly data?: string
  readonly rounds?: number
}

export interface SimulatedSpeed {
  readonly peerStepsPerSecond: number
  readonly roundSeconds: number
  readonly peakRssBytes: number
}

const { peers, recipe, data: source, rounds } = JSON.parse(process.argv[2]) as SimulatedRun
const [, features, classes] = /^synthetic:(\d+),(\d+)$/.exec(source ?? '') ?? []
const data =
  features !== undefined
    ? syntheticClasses(Number(features), Number(classes))
    : source === undefined
      ? undefined
      : await loadDataset(source, { seed: 1 })
const fitting = data && { shape: [...data.train.shape], classes: data.train.classes }
const { timing, rounds: measured } = await simulate({
  recipe: parseRecipe({ ...recipe, model: { ...recipe.model, ...fitting } }),
  peers,
  rounds,
  data,
  partition: 'iid',
  seed: 1,
  engine: 'matrix',
  // Only the beginning and the end are looked at: this is about rounds.
  evaluateEvery: 1e9,
})
const done = measured[measured.length - 1].round
console.log(
  JSON.stringify({
    peerStepsPerSecond: timing.peerStepsPerSecond,
    roundSeconds: timing.secondsInRounds / done,
    peakRssBytes: timing.peakRssBytes,
  } satisfies SimulatedSpeed),
)
