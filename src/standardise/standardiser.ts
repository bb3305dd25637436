/**
 * How a peer's samples are standardised, where the recipe says so: by statistics that are known only once the swarm has
 * agreed on them, when the training thread has long been started.
 *
 * @packageDocumentation
 */

import type { AffineMap } from '../data/affine-map.ts'
import { balanceWeights, createSharedWeights } from '../data/class-weights.ts'
import { type Dataset, features, outputs, samples } from '../data/dataset.ts'
import { allQuantities, type Quantities, quantityCount, standardisedCount } from '../data/quantities.ts'
import { changeMap, createSharedMap } from '../data/shared-map.ts'
import { type Means, meansOf, variationsAround } from '../data/standardise.ts'
import type { AbortOptions } from '../gossip/ports.ts'
import { type AgreedStatistics, inFull, type OwnStatistics } from './statistics.ts'

export interface Standardiser {
  /** Whether anything is standardised: there may be nothing but classes, which count by their shares. */
  readonly standardises: boolean
  /** The same dataset, standardised as soon as it is known how, and read as it is until then. */
  through(dataset: Dataset): Dataset
  /** How much samples of each class count, `[classes]`, in memory that threads share: alike until it is known how. Undefined where all do. */
  readonly classWeights: Float64Array | undefined
  /** Statistics of the samples that it was made for. */
  readonly own: OwnStatistics
  use(statistics: AgreedStatistics): void
  /**
   * Features whose mean over this peer's samples lies far off what was agreed on, by name where the data name them: of a latecomer, whose
   * samples had no part in that, or of one that measures in another unit.
   */
  outlying(statistics: AgreedStatistics, options: AbortOptions): Promise<readonly string[]>
}

/** Deviations: of samples that are like the others' one in four hundred lies that far off, and of their means none. */
const OUTLYING_DEVIATIONS = 3

/**
 * A feature that varies less than so much of its mean is taken for constant: float32, in which statistics travel, tells
 * the mean itself no more precisely.
 */
const RESOLUTION = 2 ** -20

/**
 * @param train of which the peer has a say
 * @param quantities what of it is standardised; all that is measured where absent
 */
export function createStandardiser(train: Dataset, quantities: Quantities = allQuantities(train)): Standardiser {
  const map = createSharedMap(features(train))
  const valueMap = createSharedMap(outputs(train))
  const classWeights = quantities.classes === undefined ? undefined : createSharedWeights(quantities.classes)
  const standardises = standardisedCount(quantities) > 0
  let means: Promise<Means> | undefined
  /** A pass over all samples, which may take long: made once. */
  const ownMeans = ({ signal }: AbortOptions) => {
    means ??= meansOf(train, quantities, signal)
    return means
  }
  return {
    classWeights,
    standardises,
    through: dataset =>
      standardises
        ? {
            ...dataset,
            maps: [...(dataset.maps ?? []), map],
            ...(quantities.outputs > 0 ? { valueMap } : {}),
          }
        : dataset,
    own: {
      samples: samples(train),
      features: quantityCount(quantities),
      quantities,
      mean: async options => (await ownMeans(options)).values,
      ...(quantities.hasGaps ? { counts: async (options: AbortOptions) => (await ownMeans(options)).counts } : {}),
      variationAround: async (centre, { signal }) => (await variationsAround(centre, train, quantities, signal)).values,
    },
    use(statistics) {
      changeMap(map, mapOf(statistics))
      if (statistics.targets !== undefined) changeMap(valueMap, mapOf(statistics.targets))
      if (classWeights !== undefined && statistics.shares !== undefined) balanceWeights(classWeights, statistics.shares)
    },
    async outlying(statistics, options) {
      const { shift, scale } = mapOf(statistics)
      const { values, counts } = await ownMeans(options)
      const own = inFull(quantities, values, values)
      const present = inFull(quantities, counts, counts)
      const far = (value: number, feature: number) => Math.abs(value - shift[feature]) / scale[feature]
      return [...own.mean.keys()]
        .filter(feature => statistics.variance[feature] > 0 && present.mean[feature] > 0)
        .filter(feature => far(own.mean[feature], feature) > OUTLYING_DEVIATIONS)
        .map(feature => train.featureNames?.[feature] ?? `feature ${feature}`)
    },
  }
}

/** The map by which samples are standardised. */
export function mapOf({ mean, variance }: Pick<AgreedStatistics, 'mean' | 'variance'>): AffineMap {
  const varies = variance.map((value, feature) => (value > (RESOLUTION * mean[feature]) ** 2 ? value : 0))
  // One that never varies is only shifted.
  return { shift: mean, scale: varies.map(value => Math.sqrt(value) || 1) }
}

/** That map for programs that read it: every feature less its mean, divided by its deviation, which is 1 where it never varies. */
export function describeMap(statistics: Pick<AgreedStatistics, 'mean' | 'variance'>): {
  mean: number[]
  deviation: number[]
} {
  const { shift, scale } = mapOf(statistics)
  return { mean: [...shift], deviation: [...scale] }
}

/** The statistics of a peer without others. */
export async function statisticsOf(own: OwnStatistics, options: AbortOptions): Promise<AgreedStatistics> {
  const mean = await own.mean(options)
  return inFull(own.quantities, mean, await own.variationAround(mean, options))
}
