/**
 * A learned model, judged on samples: those of a source, read as the model's recipe reads them.
 *
 * @packageDocumentation
 */

import { type Dataset, features, gather, outputs, samples, targets } from '../data/dataset.ts'
import { loadDataset } from '../data/sources.ts'
import { UsageError } from '../errors.ts'
import {
  flag,
  optionsOf,
  requireOptions,
  seed as seedOption,
  signal as signalOption,
  text,
  value,
} from '../strict-options.ts'
import type { TestCounts } from '../worth/counts.ts'
import { sumOfCounts } from '../worth/counts.ts'
import type { Figures } from '../worth/figures.ts'
import { tallyClasses, tallyValues } from '../worth/tally.ts'
import { countsShapeOf, figuresOfRecipe, UNCOUNTABLE } from './figures-of-recipe.ts'
import { fitData } from './fit-data.ts'
import type { LoadedModel } from './load-model.ts'
import { loadingOf } from './loading.ts'
import { mapsOf } from './model-maps.ts'

/** Parts of a source: what is learned from, and what is kept to judge by. */
const PARTS = ['all', 'test', 'train'] as const
type Part = (typeof PARTS)[number]

/** A model, and the labelled data that it is judged on. */
export interface EvaluateOptions {
  readonly model: LoadedModel
  /** A SOURCE as on the command line. */
  readonly data: string
  /** Which part of the source. Default: all of it. */
  readonly part?: Part
  /** The seed by which the source is split, where it has no test part of its own. Default: that of the peer whose state the model is from, else 1. */
  readonly seed?: number
  /** Whether data of which something would be skipped are refused. Default: no. */
  readonly strict?: boolean
  /** Told of what may need attention, a sentence each. Default: nobody is. */
  readonly warn?: (message: string) => void
  readonly signal?: AbortSignal
}

/** Samples of which a model predicts at once. */
const AT_ONCE = 4_096

const DEFAULT_SEED = 1

const options = optionsOf<Omit<EvaluateOptions, 'model' | 'warn'>>({
  data: text,
  part: value(`one of ${PARTS.join(', ')}`, given => PARTS.includes(given as Part)).optional(),
  seed: seedOption.optional(),
  strict: flag.optional(),
  signal: signalOption.optional(),
})

/**
 * @returns what the model is worth on these samples
 * @throws UsageError where the data are not those that the model takes, or have no samples
 */
export async function evaluateModel(given: EvaluateOptions): Promise<Figures> {
  const { model, warn, ...rest } = given
  requireOptions('evaluateModel', options, rest)
  const { data: source, part = 'all', strict, signal } = rest
  const { recipe } = model
  const seed = rest.seed ?? model.splitSeed ?? DEFAULT_SEED
  if (part !== 'all' && rest.seed === undefined && model.splitSeed === undefined) warn?.(unknownSplit(part))
  const split = fitData(recipe, await loadDataset(source, { seed, strict, warn, ...loadingOf(recipe) }))
  const parts = part === 'all' ? [split.train, split.test] : [split[part]]
  const shape = countsShapeOf(recipe)
  const counts: TestCounts[] = []
  for (const dataset of parts) counts.push(await countAnswers(model, dataset, signal))
  const all = sumOfCounts(shape, counts)
  if (all.samples === 0) throw new UsageError(`${source} has no samples in its ${part} part`)
  const figures = figuresOfRecipe(recipe, all, mapsOf(recipe, model.statistics).targets?.scale)
  if (figures === undefined) throw new UsageError(`${source} cannot be judged by this model: ${UNCOUNTABLE}`)
  return figures
}

function unknownSplit(part: Part): string {
  return (
    `data that have no test part of their own are split by the seed ${DEFAULT_SEED}, as nothing tells how the peers split theirs: in the ` +
    `${part} part may be samples that they ${part === 'test' ? 'learned from' : 'did not learn from'}; judge by the --state of the peer ` +
    'whose data these are, say its --seed, or keep a file back'
  )
}

async function countAnswers(
  model: LoadedModel,
  dataset: Dataset,
  signal: AbortSignal | undefined,
): Promise<TestCounts> {
  const { recipe, statistics } = model
  const width = outputs(dataset)
  const units = mapsOf(recipe, statistics).targets
  const classes = tallyClasses(recipe.model.classes)
  const values = tallyValues(width)
  // What standardises values is the model's; maps of inputs are those of a module, and were there when it learned.
  const bare = { ...dataset, valueMap: undefined }
  const origins = originsOf(model)
  for (let first = 0; first < samples(dataset); first += AT_ONCE) {
    signal?.throwIfAborted()
    const indices = Int32Array.from({ length: Math.min(AT_ONCE, samples(dataset) - first) }, (_, i) => first + i)
    const inputs = new Float32Array(indices.length * features(dataset))
    const labels = new Int32Array(width > 0 ? 0 : indices.length * targets(dataset))
    const measured = new Float32Array(indices.length * width)
    gather(bare, indices, inputs, labels, measured)
    const predicted = await model.predict(inputs)
    if (units === undefined) {
      // Logarithms of probabilities are logits of the same softmax.
      classes.add(Float32Array.from(predicted, Math.log), labels)
      continue
    }
    const { shift, scale } = units
    const standardised = (numbers: ArrayLike<number>, origin: (output: number) => number) =>
      Float32Array.from(numbers, (number, i) => (number + origin(i % width) - shift[i % width]) / scale[i % width])
    values.add(
      standardised(predicted, () => 0),
      standardised(measured, output => origins[output]),
    )
  }
  return units === undefined ? classes.counts : values.counts
}

/** `[outputs]`: what was subtracted from values when they were stored. */
function originsOf({ recipe: { data, model } }: LoadedModel): readonly number[] {
  const label = data.table?.label
  return label?.kind === 'number' ? label.targets.map(({ origin }) => origin) : new Array(model.outputs ?? 0).fill(0)
}
