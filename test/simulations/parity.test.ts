import { describe, expect, test } from 'vitest'
import { peerName } from '../../simulations/peer-name.ts'
import type { RunResult } from '../../simulations/result.ts'
import { simulate } from '../../simulations/simulate.ts'
import { drawQuadratics, quadratic } from '../../simulations/tasks/quadratic.ts'
import { parseAggregator } from '../../src/averaging/aggregators/registry.ts'
import { consensusDistance } from '../../src/averaging/consensus.ts'
import { fitRule } from '../../src/averaging/requirements.ts'
import { parseRule } from '../../src/averaging/rules/registry.ts'
import { parseTopology } from '../../src/averaging/topologies/registry.ts'
import { loadDataset } from '../../src/data/sources.ts'
import { parseCodec } from '../../src/parameters/codecs/registry.ts'
import { preciseMeanOf, type Vector } from '../../src/parameters/vectors.ts'
import { createRandom } from '../../src/random/random.ts'
import { parseRecipe, type RecipeInput, recipeHash } from '../../src/recipe/recipe.ts'
import { driveRule } from '../averaging/drive-rule.ts'

const PEERS = 8
const DIMENSION = 21
const ROUNDS = 12
const SEED = 5
const RATE = 0.2

interface Case {
  readonly rule: string
  readonly topology: string
  readonly aggregator?: string
  readonly compression?: string
}

const recipeOf = ({ rule, topology, aggregator, compression }: Case, rest: RecipeInput) =>
  parseRecipe({
    model: { name: 'vector', shape: [DIMENSION], classes: 0 },
    averaging: { rule, topology, aggregator },
    exchange: { localSteps: 1, compression },
    ...rest,
  })

/** The reference: one peer at a time, in float64. */
function reference(
  { rule, topology, aggregator = 'mean', compression = 'none' }: Case,
  start: Vector[],
  swarm: string,
) {
  const parts = { aggregator: parseAggregator(aggregator), codec: parseCodec(compression) }
  const setting = {
    rule: parseRule(rule, parts),
    aggregator: parts.aggregator,
    topology: parseTopology(topology, { seed: swarm }),
    peers: PEERS,
  }
  const { mixing } = fitRule(setting)
  return { mixing, driven: driveRule(setting.rule, start, { seed: `${SEED}/rules` }) }
}

describe('the matrix engine averages as its reference does, to float32 rounding:', () => {
  test.each<Case>([
    { rule: 'dpsgd', topology: 'ring' },
    { rule: 'dpsgd', topology: 'complete' },
    { rule: 'dpsgd', topology: 'one-peer-exponential' },
    { rule: 'dpsgd', topology: 'random-regular:4', aggregator: 'median' },
    { rule: 'push-sum', topology: 'exponential' },
    { rule: 'relaysum', topology: 'chain' },
    { rule: 'choco', topology: 'ring', compression: 'qsgd:16' },
    { rule: 'allreduce', topology: 'ring' },
  ])('$rule on $topology', async which => {
    const recipe = recipeOf(which, { objective: { task: 'consensus' }, training: { steps: 0 } })
    const { rounds } = await simulate({
      recipe,
      peers: PEERS,
      engine: 'matrix',
      rounds: ROUNDS,
      seed: SEED,
      workers: 1,
    })

    const random = createRandom(SEED)
    const start = Array.from({ length: PEERS }, (_, peer) => {
      const own = random.fork(`trainer/${peerName(peer, PEERS)}`)
      return Float64Array.from({ length: DIMENSION }, () => Math.fround(own.normal()))
    })
    const { mixing, driven } = reference(which, start, recipeHash(recipe))
    const expected = [consensusDistance(start)]
    for (let round = 0; round < ROUNDS; round++) {
      driven.round(mixing(round))
      expected.push(consensusDistance(driven.estimates()))
    }
    for (const [round, distance] of expected.entries()) {
      expect(Math.abs(rounds[round].consensusDistance - distance), `round ${round}`).toBeLessThan(1e-5)
    }
  })
})

describe('the matrix engine trains as its reference does, to float32 rounding:', () => {
  test.each<Case>([
    { rule: 'dpsgd', topology: 'ring' },
    { rule: 'd2', topology: 'ring' },
    { rule: 'gradient-tracking', topology: 'exponential' },
  ])('$rule on $topology', async which => {
    const recipe = recipeOf(which, {
      objective: { task: 'quadratic', heterogeneity: 0.5 },
      training: { steps: ROUNDS, learningRate: RATE, momentum: 0 },
    })
    const { final } = await simulate({ recipe, peers: PEERS, engine: 'matrix', seed: SEED, workers: 1 })

    const problem = quadratic(drawQuadratics(PEERS, DIMENSION, 0.5, createRandom(SEED).fork('task')))
    const start = Array.from({ length: PEERS }, () => new Float64Array(DIMENSION))
    const { mixing, driven } = reference(which, start, recipeHash(recipe))
    const random = createRandom(SEED)
    const updateFrom = (x: Vector, peer: number) => {
      const gradient = new Float64Array(DIMENSION)
      problem.gradient(peer, x, random, gradient)
      return gradient.map(value => -RATE * value)
    }
    for (let round = 0; round < ROUNDS; round++) driven.round(mixing(round), estimates => estimates.map(updateFrom))
    expect(final.merged?.loss).toBeCloseTo(problem.loss(preciseMeanOf(driven.estimates())), 7)
    expect(final.consensusDistance).toBeCloseTo(consensusDistance(driven.estimates()), 5)
  })
})

test('peers that train alone become what they become in the virtual engine: same shards, same samples, same steps', async () => {
  const data = await loadDataset('digits', { seed: 1, samples: 200 })
  const recipe = parseRecipe({
    model: { name: 'linear' },
    training: { steps: 20, batch: 8 },
    averaging: { rule: 'none' },
    exchange: { localSteps: 5 },
  })
  const run = (engine: 'matrix' | 'virtual') =>
    simulate({ recipe, peers: 3, seed: 2, data, partition: 'dirichlet:0.5', engine, workers: 2 })
  const [matrix, virtual] = [await run('matrix'), await run('virtual')]
  const figures = ({ final }: RunResult) => [
    final.consensusDistance,
    final.meanSquaredDistance,
    final.localLoss,
    final.merged?.loss,
  ]
  for (const [index, figure] of figures(matrix).entries()) {
    const other = figures(virtual)[index] ?? Number.NaN
    expect(Math.abs((figure ?? Number.NaN) - other) / other).toBeLessThan(1e-5)
  }
  expect(matrix.peerResults.map(({ samples, accuracy }) => [samples, accuracy])).toEqual(
    virtual.peerResults.map(({ samples, accuracy }) => [samples, accuracy]),
  )
}, 30_000)
