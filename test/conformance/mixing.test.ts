/** Exact properties of mixing matrices and topologies, and checks that known mistakes would not pass them. */

import { describe, expect, it } from 'vitest'
import { mean } from '../../src/averaging/aggregators/mean.ts'
import { exchangeDifference, exchangeWeight } from '../../src/averaging/exchange.ts'
import {
  applyMixing,
  createMixing,
  MixingError,
  type MixingMatrix,
  metropolisMatrix,
  mixingMatrix,
  uniformMatrix,
} from '../../src/averaging/mixing.ts'
import { mixingNorm, spectralGap } from '../../src/averaging/spectrum.ts'
import { complete } from '../../src/averaging/topologies/complete.ts'
import { exponential } from '../../src/averaging/topologies/exponential.ts'
import { onePeerExponential } from '../../src/averaging/topologies/one-peer-exponential.ts'
import { randomRegular } from '../../src/averaging/topologies/random-regular.ts'
import { ring } from '../../src/averaging/topologies/ring.ts'
import { type Adjacency, adjacencyOf } from '../../src/averaging/topology.ts'
import { distance, preciseMeanOf } from '../../src/parameters/vectors.ts'
import { createRandom, type Random } from '../../src/random/random.ts'

// Graphs that are no topology of ours, to have more than one kind of degree.

function graphOf(peers: number, tied: (i: number, j: number) => boolean): Adjacency {
  const all = Array.from({ length: peers }, (_, i) => i)
  return all.map(i => all.filter(j => i !== j && (tied(i, j) || tied(j, i))))
}

const chain = (peers: number) => graphOf(peers, (i, j) => j === i + 1)
const star = (peers: number) => graphOf(peers, i => i === 0)
const hypercube = (dimensions: number) => graphOf(2 ** dimensions, (i, j) => Number.isInteger(Math.log2(i ^ j)))
const torus = (side: number) =>
  graphOf(side * side, (i, j) => {
    const [rowI, columnI, rowJ, columnJ] = [Math.floor(i / side), i % side, Math.floor(j / side), j % side]
    return (rowI === rowJ && columnJ === (columnI + 1) % side) || (columnI === columnJ && rowJ === (rowI + 1) % side)
  })

function normalVectors(peers: number, length: number, random: Random): Float64Array[] {
  return Array.from({ length: peers }, () => Float64Array.from({ length }, () => random.normal()))
}

/** W as it would be written on paper. */
function dense(W: MixingMatrix): number[][] {
  return Array.from(W.self, (own, i) => {
    const row = new Array<number>(W.peers).fill(0)
    row[i] = own
    for (let k = W.offsets[i]; k < W.offsets[i + 1]; k++) row[W.neighbours[k]] += W.weights[k]
    return row
  })
}

function sparse(matrix: readonly ArrayLike<number>[]): MixingMatrix {
  const others = matrix.map((_, i) => Array.from(matrix.keys()).filter(j => j !== i))
  return { ...createMixing(others, (i, j) => matrix[i][j]), self: Float64Array.from(matrix, (row, i) => row[i]) }
}

/** W_last … W_first, as a matrix. */
function product(matrices: readonly MixingMatrix[]): MixingMatrix {
  const { peers } = matrices[0]
  const identity = Array.from({ length: peers }, (_, i) => Float64Array.from({ length: peers }, (_, j) => +(i === j)))
  return sparse(matrices.reduce((rows, W) => applyMixing(W, rows), identity))
}

function largestDeviation(values: readonly number[], from: number): number {
  return Math.max(...values.map(value => Math.abs(value - from)))
}

/** Σ_i ‖x_i − x̄‖² */
function totalVariance(vectors: readonly (Float32Array | Float64Array)[]): number {
  const average = preciseMeanOf(vectors)
  return vectors.reduce((sum, x) => sum + distance(x, average) ** 2, 0)
}

// The checks, each used on our matrices and on the broken ones.

function expectDoublyStochastic(W: MixingMatrix): void {
  const matrix = dense(W)
  const rows = matrix.map(row => row.reduce((sum, weight) => sum + weight, 0))
  const columns = matrix.map((_, j) => matrix.reduce((sum, row) => sum + row[j], 0))
  expect(largestDeviation(rows, 1), 'rows sum to 1').toBeLessThan(1e-12)
  expect(largestDeviation(columns, 1), 'columns sum to 1').toBeLessThan(1e-12)
  for (const own of W.self) expect(own, 'own weight').toBeGreaterThan(0)
}

function expectSymmetric(W: MixingMatrix): void {
  const matrix = dense(W)
  matrix.forEach((row, i) => {
    row.forEach((weight, j) => {
      expect(weight).toBe(matrix[j][i])
    })
  })
}

function expectMeanPreserved(W: MixingMatrix): void {
  const vectors = normalVectors(W.peers, 5, createRandom(1))
  expect(distance(preciseMeanOf(applyMixing(W, vectors)), preciseMeanOf(vectors))).toBeLessThan(1e-12)
}

function expectContractionWithin(W: MixingMatrix, beta: number): void {
  let vectors = normalVectors(W.peers, 3, createRandom(2))
  for (let round = 0; round < 20; round++) {
    const before = Math.sqrt(totalVariance(vectors))
    vectors = applyMixing(W, vectors)
    expect(Math.sqrt(totalVariance(vectors))).toBeLessThanOrEqual(beta * before + 1e-12)
  }
}

function ringNorm(peers: number): number {
  return 1 / 3 + (2 / 3) * Math.cos((2 * Math.PI) / peers)
}

function expectNorm(W: MixingMatrix, beta: number, tolerance: number): void {
  expect(Math.abs(mixingNorm(W) - beta)).toBeLessThan(tolerance)
}

const PUBLISHED = 5e-7

describe('Metropolis weights', () => {
  const graphs: [name: string, graph: Adjacency, beta: number, tolerance: number][] = [
    ['a ring of 16', adjacencyOf(ring, 16, 0), 0.949253, PUBLISHED],
    ['a ring of 100', adjacencyOf(ring, 100, 0), 0.998684, PUBLISHED],
    ['a ring of 100, in closed form', adjacencyOf(ring, 100, 0), ringNorm(100), 1e-10],
    ['a ring of 7, in closed form', adjacencyOf(ring, 7, 0), ringNorm(7), 1e-10],
    ['a chain of 16', chain(16), 0.98719, PUBLISHED],
    ['a star of 16', star(16), 0.9375, 1e-10],
    ['a 4 × 4 torus', torus(4), 0.6, 1e-10],
    ['a 10 × 10 torus', torus(10), 0.923607, PUBLISHED],
    ['a 10 × 10 torus, in closed form', torus(10), (3 + 2 * Math.cos((2 * Math.PI) / 10)) / 5, 1e-10],
    ['a hypercube of 16', hypercube(4), 0.6, 1e-10],
    ['a hypercube of 64, in closed form', hypercube(6), 5 / 7, 1e-10],
    ['a complete graph of 16', adjacencyOf(complete, 16, 0), 0, 1e-7],
    ['two peers', adjacencyOf(ring, 2, 0), 0, 1e-7],
    ['one peer', adjacencyOf(ring, 1, 0), 0, 1e-7],
  ]

  it.each(graphs)('have the norm of the theory on %s', (_, graph, beta, tolerance) => {
    expectNorm(metropolisMatrix(graph), beta, tolerance)
  })

  const moreGraphs: [name: string, graph: Adjacency][] = [
    ['an irregular graph', graphOf(40, (i, j) => (i * 7 + j * 13) % 11 === 0 || j === i + 1)],
    ['a random regular graph', adjacencyOf(randomRegular(5, 1), 40, 0)],
  ]

  it.each([...graphs.map(([name, graph]) => [name, graph] as const), ...moreGraphs])(
    'are symmetric and doubly stochastic, preserve the mean and contract by β on %s',
    (_, graph) => {
      const W = metropolisMatrix(graph)
      expectSymmetric(W)
      expectDoublyStochastic(W)
      expectMeanPreserved(W)
      expectContractionWithin(W, mixingNorm(W))
    },
  )

  it('reach the norm: it is a bound that some disagreement meets', () => {
    const W = mixingMatrix(ring, 16, 0)
    const slowest = Array.from({ length: 16 }, (_, i) => Float64Array.of(Math.cos((2 * Math.PI * i) / 16)))
    const ratio = Math.sqrt(totalVariance(applyMixing(W, slowest)) / totalVariance(slowest))
    expect(Math.abs(ratio - mixingNorm(W))).toBeLessThan(1e-12)
  })

  it('are refused to a graph with an edge one way', () => {
    expect(() => metropolisMatrix([[1], []])).toThrow(
      new MixingError('Metropolis weights need an undirected graph, but 0 has neighbour 1 and not the reverse'),
    )
  })
})

describe('mixing', () => {
  it('keeps float32 parameters float32, and rounds once', () => {
    const vectors = [1, 2 ** -24, 2 ** -24].map(value => Float32Array.of(value))
    const [mixed] = applyMixing(mixingMatrix(complete, 3, 0), vectors)
    expect(mixed).toBeInstanceOf(Float32Array)
    expect(mixed[0]).toBe(Math.fround((1 + 2 ** -23) / 3))
  })

  it('needs a vector for every peer', () => {
    expect(() => applyMixing(mixingMatrix(ring, 3, 0), [new Float32Array(1)])).toThrow(/same number/)
  })
})

describe('the static exponential graph', () => {
  it.each([6, 10, 16, 100])('of %i has the spectral gap 2 / (1 + t)', peers => {
    const W = mixingMatrix(exponential, peers, 0)
    expect(Math.abs(spectralGap(W) - 2 / (1 + Math.ceil(Math.log2(peers))))).toBeLessThan(1e-10)
  })

  it.each([3, 6, 10, 16, 25, 100])('of %i is doubly stochastic and preserves the mean', peers => {
    const W = mixingMatrix(exponential, peers, 0)
    expectDoublyStochastic(W)
    expectMeanPreserved(W)
    expectContractionWithin(W, mixingNorm(W))
  })

  it('is not symmetric, and must not be taken for it', () => {
    expect(exponential.symmetric).toBe(false)
    expect(() => expectSymmetric(mixingMatrix(exponential, 10, 0))).toThrow()
  })

  it('would not be doubly stochastic were the degrees unequal, so those are refused', () => {
    expect(() => uniformMatrix([[1], [0], [0]])).toThrow(/0 averages 1 and is averaged by 2, not 1/)
  })
})

describe('the one-peer exponential graph', () => {
  const period = (peers: number) => Math.ceil(Math.log2(peers))
  const rounds = (peers: number) =>
    Array.from({ length: period(peers) }, (_, r) => mixingMatrix(onePeerExponential, peers, r))

  it.each([2, 4, 8, 16, 32, 64])('of %i gives the exact mean after one period, whatever the order', peers => {
    const random = createRandom(peers)
    for (let trial = 0; trial < 10; trial++) {
      // Small whole numbers, so that every mean on the way is exact and "exact" means no error at all.
      let values = Array.from({ length: peers }, () => Float64Array.of(random.integer(1000)))
      const exact = preciseMeanOf(values)[0]
      for (const W of random.shuffle(rounds(peers))) values = applyMixing(W, values)
      expect(values.map(([value]) => value)).toEqual(new Array(peers).fill(exact))
    }
  })

  it('starts its period anywhere', () => {
    const W = Array.from({ length: 4 }, (_, r) => mixingMatrix(onePeerExponential, 16, r + 7))
    expectNorm(product(W), 0, 1e-7)
  })

  it.each([
    [3, 0.25],
    [6, 0.2165],
    [10, 0.1924],
    [25, 0.1921],
    [100, 0.1916],
  ])('of %i only comes close after one period: ‖P − J‖ = %d', (peers, expected) => {
    expectNorm(product(rounds(peers)), expected, 5.1e-5)
  })

  it.each([3, 6, 10, 16, 100])('of %i has one neighbour a round, and preserves the mean in every one', peers => {
    for (const W of rounds(peers)) {
      expect([...W.offsets]).toEqual(Array.from({ length: peers + 1 }, (_, i) => i))
      expectDoublyStochastic(W)
      expectMeanPreserved(W)
    }
  })
})

describe('randomised pairwise gossip', () => {
  /** The atomic exchange that peers make, on one coordinate of the peers i and j. */
  function exchange(vectors: readonly Float32Array[], i: number, j: number): void {
    const difference = exchangeDifference(
      vectors[i],
      vectors[j],
      exchangeWeight(1, 1),
      new Float32Array(vectors[i].length),
    )
    for (let p = 0; p < difference.length; p++) {
      vectors[i][p] += difference[p]
      vectors[j][p] -= difference[p]
    }
  }

  function anotherThan(peer: number, peers: number, random: Random): number {
    const other = random.integer(peers - 1)
    return other < peer ? other : other + 1
  }

  it('leaves 1 − 1/(n − 1) of the variance, on average over all pairs', () => {
    const peers = 9
    const start = normalVectors(peers, 4, createRandom(5)).map(x => Float32Array.from(x))
    let total = 0
    for (let i = 0; i < peers; i++) {
      for (let j = 0; j < peers; j++) {
        if (i === j) continue
        const vectors = start.map(x => x.slice())
        exchange(vectors, i, j)
        total += totalVariance(vectors) / totalVariance(start)
      }
    }
    expect(Math.abs(total / (peers * (peers - 1)) - (1 - 1 / (peers - 1)))).toBeLessThan(1e-6)
  })

  const cycles: [name: string, factor: number, cycle: (peers: number, random: Random) => [number, number][]][] = [
    [
      'each peer initiates once',
      1 / (2 * Math.sqrt(Math.E)),
      (peers, random) => Array.from({ length: peers }, (_, i) => [i, anotherThan(i, peers, random)]),
    ],
    [
      'random peers initiate',
      1 / Math.E,
      (peers, random) =>
        Array.from({ length: peers }, () => {
          const i = random.integer(peers)
          return [i, anotherThan(i, peers, random)]
        }),
    ],
    [
      'everyone is matched twice',
      1 / 4,
      (peers, random) =>
        [1, 2].flatMap(() => {
          const order = random.shuffle(Int32Array.from({ length: peers }, (_, i) => i))
          return Array.from({ length: peers / 2 }, (_, k): [number, number] => [order[2 * k], order[2 * k + 1]])
        }),
    ],
  ]

  it.each(cycles)('leaves the variance of the theory after n = 1000 exchanges when %s: %d', (_, factor, cycle) => {
    const random = createRandom(11)
    let before = 0
    let after = 0
    for (let trial = 0; trial < 40; trial++) {
      // Eight coordinates see the same exchanges: eight starts for the price of one.
      const vectors = normalVectors(1000, 8, random).map(x => Float32Array.from(x))
      before += totalVariance(vectors)
      for (const [i, j] of cycle(1000, random)) exchange(vectors, i, j)
      after += totalVariance(vectors)
    }
    expect(Math.abs(after / before / factor - 1)).toBeLessThan(0.02)
  })
})

describe('mistakes that shipped elsewhere are caught:', () => {
  /** Metropolis weights with the two formulae to get wrong, and the degree. */
  function brokenMetropolis(
    graph: Adjacency,
    offDiagonal: (a: number, b: number) => number,
    diagonal: (degree: number, others: number) => number,
    degree: (peer: number) => number = peer => graph[peer].length,
  ): MixingMatrix {
    const W = createMixing(graph, (i, j) => offDiagonal(degree(i), degree(j)))
    return { ...W, self: W.self.map((left, i) => diagonal(degree(i), 1 - left)) }
  }

  it('1/d on the diagonal and 1/(min + 1) off it makes rows sum to 7/6', () => {
    const graph = adjacencyOf(ring, 10, 0)
    const broken = brokenMetropolis(
      graph,
      (a, b) => 1 / (Math.min(a, b) + 1),
      degree => 1 / degree,
    )
    expect(dense(broken)[3].reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(7 / 6, 12)
    expect(() => expectDoublyStochastic(broken)).toThrow(/rows sum to 1/)
    expect(() => expectMeanPreserved(broken)).toThrow()
    expectDoublyStochastic(metropolisMatrix(graph))
  })

  it('`if (node)` gives node 0 the degree n, which only the norm betrays', () => {
    const graph = adjacencyOf(ring, 16, 0)
    const broken = brokenMetropolis(
      graph,
      (a, b) => 1 / (1 + Math.max(a, b)),
      (_, others) => 1 - others,
      node => (node ? graph[node].length : graph.length),
    )
    // It converges, to the right mean, more slowly than it should: sums alone do not show it.
    expectDoublyStochastic(broken)
    expectSymmetric(broken)
    expect(() => expectNorm(broken, ringNorm(16), 1e-10)).toThrow()
    expectNorm(metropolisMatrix(graph), ringNorm(16), 1e-10)
  })

  it('all-to-all weights by order of arrival, not renormalised, shrink the model when a message is lost', () => {
    const peers = 5
    const agreed = Float32Array.of(1, -2, 3)
    const arrived = Array.from({ length: peers - 2 }, () => ({ weight: 1 / peers, vector: agreed }))

    function byArrival(own: Float32Array, others: typeof arrived): Float32Array {
      const weights = new Array<number>(peers).fill(1 / peers)
      return own.map((value, p) =>
        others.reduce((sum, { vector }, k) => sum + weights[k + 1] * vector[p], weights[0] * value),
      )
    }

    /** Peers that all hold the same must go on holding it, whatever is lost. */
    function expectAgreementKept(merge: typeof byArrival): void {
      merge(agreed, arrived).forEach((value, p) => {
        expect(value).toBeCloseTo(agreed[p], 6)
      })
    }

    expect(() => expectAgreementKept(byArrival)).toThrow()
    expect(byArrival(agreed, arrived)[0]).toBeCloseTo(4 / 5, 6)
    expectAgreementKept((own, others) => {
      const out = new Float32Array(own.length)
      mean.aggregate(own, others, out)
      return out
    })
  })
})
