/**
 * How a peer's samples are standardised, where the recipe says so: by statistics that are known only once the swarm has
 * agreed on them, when the training thread has long been started.
 *
 * @packageDocumentation
 */

import type { AffineMap } from '../data/affine-map.ts'
import { type Dataset, features, samples } from '../data/dataset.ts'
import { changeMap, createSharedMap } from '../data/shared-map.ts'
import { meanOf, standardisingMap, variationAround } from '../data/standardise.ts'
import type { AbortOptions } from '../gossip/ports.ts'
import type { AgreedStatistics, OwnStatistics } from './statistics.ts'

export interface Standardiser {
  /** The same dataset, standardised as soon as it is known how, and read as it is until then. */
  through(dataset: Dataset): Dataset
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

/** @param train of which the peer has a say */
export function createStandardiser(train: Dataset): Standardiser {
  const map = createSharedMap(features(train))
  let mean: Promise<Float64Array> | undefined
  /** A pass over all samples, which may take long: made once. */
  const ownMean = ({ signal }: AbortOptions) => {
    mean ??= meanOf(train, signal)
    return mean
  }
  return {
    through: dataset => ({ ...dataset, maps: [...(dataset.maps ?? []), map] }),
    own: {
      samples: samples(train),
      features: features(train),
      mean: ownMean,
      variationAround: (centre, { signal }) => variationAround(centre, train, signal),
    },
    use: statistics => changeMap(map, mapOf(statistics)),
    async outlying(statistics, options) {
      const { shift, scale } = mapOf(statistics)
      const own = await ownMean(options)
      const far = (value: number, feature: number) => Math.abs(value - shift[feature]) / scale[feature]
      return [...own.keys()]
        .filter(feature => statistics.variance[feature] > 0 && far(own[feature], feature) > OUTLYING_DEVIATIONS)
        .map(feature => train.featureNames?.[feature] ?? `feature ${feature}`)
    },
  }
}

/** The map by which samples are standardised. */
export function mapOf({ mean, variance }: Omit<AgreedStatistics, 'targets'>): AffineMap {
  const varies = variance.map((value, feature) => (value > (RESOLUTION * mean[feature]) ** 2 ? value : 0))
  return standardisingMap(mean, varies)
}

/** A map for programs that read it: every value less its mean, divided by its deviation, which is 1 where it never varies. */
export interface DescribedMap {
  /** `[features]` */
  readonly mean: readonly number[]
  /** `[features]` */
  readonly deviation: readonly number[]
  /** `[outputs]`: the same of measured targets, where those are standardised. */
  readonly targets?: { readonly mean: readonly number[]; readonly deviation: readonly number[] }
}

export function describeMap(statistics: AgreedStatistics): DescribedMap {
  const { shift, scale } = mapOf(statistics)
  const { targets } = statistics
  return { mean: [...shift], deviation: [...scale], ...(targets && { targets: describeMap(targets) }) }
}

/** Statistics that give the map which {@link describeMap} has described. */
export function statisticsIn({ mean, deviation, targets }: DescribedMap): AgreedStatistics {
  return {
    mean: Float64Array.from(mean),
    variance: Float64Array.from(deviation, each => each ** 2),
    ...(targets && { targets: statisticsIn(targets) }),
  }
}

/** The statistics of a peer without others. */
export async function statisticsOf(own: OwnStatistics, options: AbortOptions): Promise<AgreedStatistics> {
  const mean = await own.mean(options)
  return { mean, variance: await own.variationAround(mean, options) }
}
