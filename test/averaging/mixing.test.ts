/** The graphs that mixing refuses, and its rounding; its exact values are checked in test/conformance. */

import { describe, expect, it } from 'vitest'
import {
  applyMixing,
  columnStochasticMatrix,
  createMixing,
  identityMatrix,
  lazy,
  MixingError,
  metropolisMatrix,
  mixingMatrix,
  uniformMatrix,
} from '../../src/averaging/mixing.ts'
import { mixingNorm, smallestEigenvalue, smallestEigenvalueBound } from '../../src/averaging/spectrum.ts'
import { parseTopology } from '../../src/averaging/topologies/registry.ts'

const mixing = (name: string, peers: number) => mixingMatrix(parseTopology(name, { seed: 1 }), peers, 0)

describe('Metropolis weights', () => {
  it.each([
    [[[1], []], 0, 1],
    [[[], [0]], 1, 0],
    [[[1, 2], [0], []], 0, 2],
    [[[1], [0, 2], [], [2]], 1, 2],
    [[[], [2], [0, 1]], 2, 0],
  ])('are refused to a graph with an edge one way: %j', (graph, from, to) => {
    expect(() => metropolisMatrix(graph)).toThrow(
      new MixingError(
        `Metropolis weights need an undirected graph, but ${from} has neighbour ${to} and not the reverse`,
      ),
    )
  })
})

describe('uniform weights', () => {
  it('are refused where some are averaged by more than they average', () => {
    expect(() => uniformMatrix([[1], [0], [0]])).toThrow(
      new MixingError('uniform weights need a balanced graph, but 0 averages 1 and is averaged by 2'),
    )
  })

  it('are 1 / (1 + the largest degree) on a balanced graph of several degrees', () => {
    const W = uniformMatrix([[1], [0, 2], [3], [1]])
    expect([...W.weights]).toEqual(new Array(5).fill(1 / 3))
    expect([...W.self].map(own => Math.round(3 * own))).toEqual([2, 1, 2, 2])
  })
})

describe('the weights of push-sum', () => {
  it('give everyone who hears a peer an equal part of it, and the peer itself one', () => {
    // 0 is heard by 1 and 2, 1 by 2, and 2 by 0.
    const W = columnStochasticMatrix([[2], [0], [0, 1]])
    expect([...W.self]).toEqual([1 / 3, 1 / 2, 1 / 2])
    expect([...W.weights]).toEqual([1 / 2, 1 / 3, 1 / 3, 1 / 2])
  })
})

describe('laziness', () => {
  it('moves every eigenvalue towards 1 by the same share of what it lacks', () => {
    const W = mixing('ring', 8)
    expect(smallestEigenvalue(W)).toBeCloseTo(-1 / 3, 12)
    expect(smallestEigenvalue(lazy(W, 0.25))).toBeCloseTo(-1 / 3 + 0.25 * (4 / 3), 12)
    expect(mixingNorm(lazy(W, 0.25))).toBeCloseTo(mixingNorm(W) + 0.25 * (1 - mixingNorm(W)), 12)
  })
})

describe('the smallest eigenvalue', () => {
  it.each([
    ['ring', 7, 1 / 3 + (2 / 3) * Math.cos((6 * Math.PI) / 7)],
    ['ring', 100, -1 / 3],
    ['torus', 16, -3 / 5],
    ['hypercube', 64, -5 / 7],
    ['complete', 9, 0],
    ['star', 16, 0],
    ['ring', 1, 1],
  ])('of a %s of %i is %d', (name, peers, expected) => {
    expect(smallestEigenvalue(mixing(name, peers))).toBeCloseTo(expected, 10)
  })

  it.each(['ring', 'star', 'chain', 'torus', 'erdos-renyi:0.3'])('of a %s is not below its bound', name => {
    const W = mixing(name, 30)
    expect(smallestEigenvalue(W)).toBeGreaterThanOrEqual(smallestEigenvalueBound(W) - 1e-12)
    expect(smallestEigenvalueBound(W)).toBeGreaterThanOrEqual(-1)
  })
})

describe('mixing', () => {
  it('keeps float32 parameters float32, and rounds once', () => {
    const vectors = [1, 2 ** -24, 2 ** -24].map(value => Float32Array.of(value))
    const [mixed] = applyMixing(mixing('complete', 3), vectors)
    expect(mixed).toBeInstanceOf(Float32Array)
    expect(mixed[0]).toBe(Math.fround((1 + 2 ** -23) / 3))
  })

  it('needs a vector for every peer', () => {
    expect(() => applyMixing(mixing('ring', 3), [new Float32Array(1)])).toThrow(/same number/)
  })

  it('with the identity changes nothing', () => {
    const vectors = [1, 2, 3].map(value => Float64Array.of(value))
    expect(applyMixing(identityMatrix(3), vectors)).toEqual(vectors)
  })

  it('takes the weights that a topology has of its own', () => {
    // Peer 2 takes two thirds of what peers 0 and 1 have agreed on: they are two of the three.
    const W = mixingMatrix(parseTopology('base-k:1', { seed: 1 }), 3, 1)
    expect([...W.weights].map(weight => weight.toFixed(4))).toEqual(['0.6667', '0.6667'])
  })

  it('averages plainly what arrived where no weights could keep the mean', () => {
    const topology = parseTopology('epidemic-local:2', { seed: 1 })
    const graph = Array.from({ length: 8 }, (_, peer) => topology.neighbours(peer, 8, 0))
    expect(mixingMatrix(topology, 8, 0)).toEqual(createMixing(graph, i => 1 / (1 + graph[i].length)))
  })
})
