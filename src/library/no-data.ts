import { type Dataset, subset } from '../data/dataset.ts'
import type { Split } from '../data/source.ts'
import { HearsayError } from '../errors.ts'
import { outputsOf, type Recipe } from '../recipe/recipe.ts'
import type { Evaluation, Trainer } from '../training/trainer.ts'
import { noCounts } from '../worth/counts.ts'
import { countsShapeOf } from './figures-of-recipe.ts'

/** In place of a SOURCE: a peer with no data of its own, which trains nothing, watches its swarm and takes the common model. */
export const NO_DATA = 'none'

/** No samples, of the kind that the recipe's model takes. */
export function noDataFor(recipe: Recipe): Split {
  const none = subset(blankSample(recipe), new Int32Array(0))
  return { train: none, test: none }
}

/** One sample of zeros: a model's layout is known to who builds it only, which is a trainer, and no trainer is made without samples. */
export function blankSample({ model, objective }: Recipe): Dataset {
  const { shape, classes, classNames } = model
  const features = shape.reduce((product, size) => product * size, 1)
  const sample = {
    name: NO_DATA,
    inputs: new Float32Array(features),
    shape,
    classes,
    ...(classNames && { classNames }),
  }
  switch (objective.task) {
    case 'regress':
      return {
        ...sample,
        labels: new Int32Array(0),
        values: new Float32Array(outputsOf(model)),
        outputs: outputsOf(model),
      }
    case 'language':
      return { ...sample, labels: new Int32Array(features), targets: features }
    default:
      return { ...sample, labels: new Int32Array(1) }
  }
}

const NOT_JUDGED: Evaluation = { loss: Number.NaN, accuracy: Number.NaN, samples: 0 }

/** The trainer of a {@link blankSample} as that of a peer without data: it has the model, trains nothing, and has no say in what it is worth. */
export function withoutSamples(trainer: Trainer, recipe: Recipe): Trainer {
  return {
    ...trainer,
    samples: 0,
    train: async () => {
      throw new HearsayError('a peer without data has nothing to train on')
    },
    evaluate: async () => NOT_JUDGED,
    judge: async () => noCounts(countsShapeOf(recipe)),
  }
}
