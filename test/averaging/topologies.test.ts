import { describe, expect, it } from 'vitest'
import { parseTopology, topologyNames } from '../../src/averaging/topologies/registry.ts'
import { type Adjacency, adjacencyOf, type Topology } from '../../src/averaging/topology.ts'
import { UsageError } from '../../src/errors.ts'

function parse(text: string, seed: number | string = 1): Topology {
  return parseTopology(text, { seed })
}

function graph(text: string, peers: number, { round = 0, seed = 1 } = {}): Adjacency {
  return adjacencyOf(parse(text, seed), peers, round)
}

/** How many of the peers are reached from peer 0. */
function reachable(adjacency: Adjacency): number {
  const reached = new Set([0])
  for (const peer of reached) for (const neighbour of adjacency[peer]) reached.add(neighbour)
  return reached.size
}

/** The contract of every topology. */
describe.each(['complete', 'exponential', 'one-peer-exponential', 'ring', 'random-regular:3'])(
  'the topology %s',
  name => {
    const topology = parse(name)
    const sizes = [1, 2, 3, 4, 5, 6, 7, 8, 16, 25, 100].filter(peers => topology.misfit(peers) === undefined)

    it('has the name it was parsed from', () => {
      expect(topology.name).toBe(name)
    })

    it('names neighbours that exist, in ascending order, once each and without the peer itself', () => {
      for (const peers of sizes) {
        for (let round = 0; round < 8; round++) {
          adjacencyOf(topology, peers, round).forEach((neighbours, peer) => {
            expect(neighbours).toEqual([...new Set(neighbours)].sort((a, b) => a - b))
            expect(neighbours).not.toContain(peer)
            expect(neighbours.every(neighbour => neighbour >= 0 && neighbour < peers)).toBe(true)
          })
        }
      }
    })

    it('is symmetric and constant where it says so', () => {
      for (const peers of sizes) {
        const first = adjacencyOf(topology, peers, 0)
        if (topology.symmetric) {
          first.forEach((neighbours, i) => {
            for (const j of neighbours) expect(first[j]).toContain(i)
          })
        }
        if (!topology.changes) expect(adjacencyOf(topology, peers, 1)).toEqual(first)
      }
      if (topology.changes) expect(adjacencyOf(topology, 16, 1)).not.toEqual(adjacencyOf(topology, 16, 0))
    })

    it('connects everyone, over its rounds', () => {
      for (const peers of sizes) {
        const union = Array.from({ length: peers }, (_, peer) =>
          Array.from({ length: 8 }, (_, round) => topology.neighbours(peer, peers, round)).flat(),
        )
        expect(reachable(union)).toBe(peers)
      }
    })
  },
)

describe('ring', () => {
  it('gives everyone the next and the previous', () => {
    expect(graph('ring', 5)).toEqual([
      [1, 4],
      [0, 2],
      [1, 3],
      [2, 4],
      [0, 3],
    ])
  })

  it('gives two peers each other, and one peer nobody', () => {
    expect(graph('ring', 2)).toEqual([[1], [0]])
    expect(graph('ring', 1)).toEqual([[]])
  })
})

describe('complete', () => {
  it('gives everyone everyone else', () => {
    expect(graph('complete', 3)).toEqual([
      [1, 2],
      [0, 2],
      [0, 1],
    ])
  })
})

describe('the exponential graphs', () => {
  it('reach to every power of two', () => {
    expect(graph('exponential', 10)[3]).toEqual([1, 4, 5, 7])
  })

  it('reach to one power of two in each round', () => {
    expect([0, 1, 2, 3, 4].map(round => graph('one-peer-exponential', 10, { round })[3])).toEqual([
      [4],
      [5],
      [7],
      [1],
      [4],
    ])
  })

  it('stop at the last power of two below the number of peers', () => {
    expect(graph('exponential', 8)[0]).toEqual([1, 2, 4])
    expect(graph('exponential', 9)[0]).toEqual([1, 2, 4, 8])
    expect(graph('exponential', 1)).toEqual([[]])
  })
})

describe('random-regular', () => {
  it.each([
    [1, 2],
    [2, 3],
    [2, 50],
    [3, 4],
    [3, 20],
    [4, 5],
    [5, 16],
    [14, 16],
    [15, 16],
    [20, 1000],
  ])('gives everyone %i neighbours among %i, and connects all', (degree, peers) => {
    for (const seed of [1, 2, 3]) {
      const adjacency = graph(`random-regular:${degree}`, peers, { seed })
      expect(adjacency.every(neighbours => new Set(neighbours).size === degree)).toBe(true)
      expect(reachable(adjacency)).toBe(peers)
    }
  })

  it('connects all even where chance alone would sometimes cut the graph in two', () => {
    // Of the 3-regular graphs on 8 peers, 35 in 19,355 are two separate complete graphs of 4.
    for (let seed = 0; seed < 3000; seed++) expect(reachable(graph('random-regular:3', 8, { seed }))).toBe(8)
  })

  it('is the same for the same seed, and another for another seed or number of peers', () => {
    expect(graph('random-regular:4', 30, { seed: 7 })).toEqual(graph('random-regular:4', 30, { seed: 7 }))
    expect(graph('random-regular:4', 30, { seed: 8 })).not.toEqual(graph('random-regular:4', 30, { seed: 7 }))
    expect(graph('random-regular:4', 31, { seed: 7 }).slice(0, 30)).not.toEqual(
      graph('random-regular:4', 30, { seed: 7 }),
    )
  })

  it('makes the graph of so many peers once', () => {
    const topology = parse('random-regular:4')
    const neighbours = topology.neighbours(3, 30, 0)
    topology.neighbours(3, 40, 0)
    expect(topology.neighbours(3, 30, 1)).toBe(neighbours)
    for (let peers = 41; peers < 80; peers++) topology.neighbours(3, peers, 0)
    expect(topology.neighbours(3, 30, 1)).toEqual(neighbours)
  })

  it('makes every pair neighbours about equally often', () => {
    // 400 graphs on 10 peers: a pair is tied with probability 3/9, 133.3 ± 9.4 times; 5 σ leave no false alarm.
    const counts = new Map<string, number>()
    for (let seed = 0; seed < 400; seed++) {
      graph('random-regular:3', 10, { seed }).forEach((neighbours, i) => {
        for (const j of neighbours) if (i < j) counts.set(`${i}-${j}`, (counts.get(`${i}-${j}`) ?? 0) + 1)
      })
    }
    expect(counts.size).toBe(45)
    for (const count of counts.values()) expect(Math.abs(count - 400 / 3)).toBeLessThan(5 * 9.43)
  })

  it.each([
    [4, 4, 'random-regular:4 needs at least 5 peers, and there are 4; the nearest that works is random-regular:3'],
    [3, 1, 'random-regular:3 needs at least 4 peers, and there are 1; the nearest that works is ring'],
    [3, 2, 'random-regular:3 needs at least 4 peers, and there are 2; the nearest that works is random-regular:1'],
    [
      3,
      9,
      'random-regular:3 needs an even number of peers, and there are 9; the nearest that work are random-regular:2 and random-regular:4, or 10 peers',
    ],
    [
      1,
      9,
      'random-regular:1 needs an even number of peers, and there are 9; the nearest that work are random-regular:2, or 10 peers',
    ],
    [1, 4, 'random-regular:1 cannot connect 4 peers; the nearest that works is random-regular:2'],
  ])('of %i neighbours refuses %i peers, and says what would work', (degree, peers, message) => {
    const topology = parse(`random-regular:${degree}`)
    expect(topology.misfit(peers)).toBe(message)
    expect(() => topology.neighbours(0, peers, 0)).toThrow(new UsageError(message))
    for (const [, nearest] of message.matchAll(/(?:is|are|and) (random-regular:\d+|ring)/g)) {
      expect(parse(nearest).misfit(peers)).toBe(undefined)
    }
  })
})

describe('parsing a topology', () => {
  it('lists what is accepted where the name is unknown', () => {
    expect(() => parse('star')).toThrow(
      new UsageError(
        'unknown topology "star"; accepted are complete, exponential, one-peer-exponential, ring, random-regular:D (D: a whole number of at least 1)',
      ),
    )
    expect(topologyNames).toContain('random-regular:D')
  })

  it.each(['', 'ring:3', 'random-regular', 'random-regular:', 'random-regular:0', 'random-regular:2.5', 'toString:1'])(
    'refuses "%s"',
    text => {
      expect(() => parse(text)).toThrow(UsageError)
    },
  )
})
