import { expect, test } from 'vitest'
import { type Dataset, gather } from '../../src/data/dataset.ts'
import type { Quantities } from '../../src/data/quantities.ts'
import { standardise } from '../../src/data/standardise.ts'
import { createRandom } from '../../src/random/random.ts'
import { createStandardiser } from '../../src/standardise/standardiser.ts'
import type { AgreedStatistics } from '../../src/standardise/statistics.ts'
import { inputsOf } from '../data/inputs-of.ts'
import { createStatisticsSwarm, type Peer } from './statistics-swarm.ts'

const FEATURES = 4
/** A measured feature, two of a category, and another measured one, of which some are missing; and a target. */
const QUANTITIES: Quantities = { features: FEATURES, scaled: Int32Array.of(0, 3), outputs: 1, hasGaps: true }

/** Samples of a site: of its own size, its own share of gaps, and its own whereabouts. */
function site(index: number, gaps: number, rows = 40 + 30 * index): Dataset {
  const random = createRandom(`site/${index}`)
  const inputs = new Float32Array(FEATURES * rows)
  const values = new Float32Array(rows)
  for (let row = 0; row < rows; row++) {
    const category = row % 2
    const last = random.uniform() < gaps ? Number.NaN : 1_000 * (index + random.normal())
    inputs.set([index + random.normal(), category, 1 - category, last], FEATURES * row)
    values[row] = 50 + 10 * index + 5 * random.normal()
  }
  return { name: `site ${index}`, inputs, labels: new Int32Array(0), values, outputs: 1, shape: [FEATURES], classes: 0 }
}

const column = (datasets: readonly Dataset[], feature: number) =>
  datasets
    .flatMap(dataset => [...inputsOf(dataset)].filter((_, i) => i % FEATURES === feature))
    .filter(value => !Number.isNaN(value))
const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const varianceOf = (values: readonly number[]) => meanOf(values.map(value => (value - meanOf(values)) ** 2))
const targetsOf = (datasets: readonly Dataset[]) => datasets.flatMap(({ values }) => [...(values as Float32Array)])

/** What sites agree on over a network that loses some messages. */
async function agree(sites: readonly Dataset[]): Promise<AgreedStatistics> {
  const swarm = createStatisticsSwarm({ delay: '1-20', loss: 0.05 })
  const peers: Peer[] = []
  for (const [index, dataset] of sites.entries()) {
    peers.push(
      await swarm.start(index, { own: createStandardiser(dataset, QUANTITIES).own, minimumPeers: sites.length }),
    )
  }
  await swarm.until(() => peers.every(({ agreed }) => agreed.length > 0))
  for (const { agreed } of peers) expect(agreed).toEqual(peers[0].agreed)
  return peers[0].agreed[0]
}

function expectNear(found: number, values: readonly number[], of: (values: readonly number[]) => number): void {
  expect(Math.abs(found - of(values))).toBeLessThan(1e-4 * Math.max(varianceOf(values), Math.sqrt(varianceOf(values))))
}

test('what a feature is missing in has no part in its mean, though sites miss unlike shares', async () => {
  const sites = [site(0, 0), site(1, 0.8), site(2, 0.3)]
  const { mean, variance, targets } = await agree(sites)
  for (const feature of [0, 3]) {
    expectNear(mean[feature], column(sites, feature), meanOf)
    expectNear(variance[feature], column(sites, feature), varianceOf)
  }
  // A mean over all rows, with 0 for what is missing, would be far off.
  expect(column(sites, 3).length).toBeLessThan(column(sites, 0).length)
  expectNear(targets?.mean[0] ?? Number.NaN, targetsOf(sites), meanOf)
  expectNear(targets?.variance[0] ?? Number.NaN, targetsOf(sites), varianceOf)
  // Categories stay 0 and 1.
  expect([mean[1], mean[2], variance[1], variance[2]]).toEqual([0, 0, 0, 0])
})

test('a site that has nothing of a feature takes the others’ mean, and one that nobody has is 0', async () => {
  const none = site(1, 1)
  const some = await agree([site(0, 0), none])
  expectNear(some.mean[3], column([site(0, 0)], 3), meanOf)
  const nobody = await agree([site(0, 1), none])
  expect([nobody.mean[3], nobody.variance[3]]).toEqual([0, 0])
})

test('samples and targets are read through what was agreed on: a missing number is the mean', async () => {
  const sites = [site(0, 0.5), site(1, 0.2)]
  const statistics = await agree(sites)
  const standardiser = createStandardiser(sites[0], QUANTITIES)
  const seen = standardiser.through(sites[0])
  standardiser.use(statistics)
  const [raw, read] = [inputsOf(sites[0]), inputsOf(seen)]
  const { mean, variance } = statistics
  for (const [i, value] of raw.entries()) {
    const feature = i % FEATURES
    const deviation = Math.sqrt(variance[feature]) || 1
    const expected = Number.isNaN(value) ? 0 : (value - mean[feature]) / deviation
    expect(read[i]).toBeCloseTo(expected, 4)
  }
  const learned = new Float32Array(2)
  gather(seen, Int32Array.of(3, 7), new Float32Array(2 * FEATURES), new Int32Array(0), learned)
  const { values } = sites[0]
  const [centre] = statistics.targets?.mean ?? []
  const spread = Math.sqrt(statistics.targets?.variance[0] ?? Number.NaN)
  for (const [i, row] of [3, 7].entries())
    expect(learned[i]).toBeCloseTo(((values?.[row] ?? Number.NaN) - centre) / spread, 4)
})

test('one peer alone standardises as the swarm would: gaps become 0, categories stay, targets have a map', async () => {
  const train = site(1, 0.4, 200)
  const { train: mapped, test } = await standardise({ train, test: site(0, 0.4, 20) }, QUANTITIES)
  expect(meanOf(column([mapped], 3))).toBeCloseTo(0, 4)
  expect(meanOf(column([mapped], 0))).toBeCloseTo(0, 4)
  expect(new Set(column([mapped, test], 1))).toEqual(new Set([0, 1]))
  expect([...inputsOf(mapped), ...inputsOf(test)].some(Number.isNaN)).toBe(false)
  expect(mapped.valueMap?.shift[0]).toBeCloseTo(meanOf(targetsOf([train])), 3)
  expect(mapped.valueMap?.scale[0]).toBeCloseTo(Math.sqrt(varianceOf(targetsOf([train]))), 3)
  // The test part has no say of its own.
  expect(test.valueMap).toBe(mapped.valueMap)
})
