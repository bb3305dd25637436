import { describe, expect, it } from 'vitest'
import { edgesFileOf, parseTopology, topologyNames } from '../../src/averaging/topologies/registry.ts'
import {
  type Adjacency,
  adjacencyOf,
  isConnected,
  isStronglyConnected,
  reversed,
  type Topology,
} from '../../src/averaging/topology.ts'
import { TOPOLOGIES } from '../../src/catalogue.ts'
import { UsageError } from '../../src/errors.ts'
import { everyForm } from '../every-form.ts'

function parse(text: string, seed: number | string = 1): Topology {
  return parseTopology(text, { seed })
}

function graph(text: string, peers: number, { round = 0, seed = 1 } = {}): Adjacency {
  return adjacencyOf(parse(text, seed), peers, round)
}

function fromFile(edges: string): Topology {
  return parseTopology('file:edges.txt', { seed: 1, edges })
}

const NAMES = everyForm(TOPOLOGIES, {
  'base-k': [1, 3],
  epidemic: [3],
  'epidemic-local': [2],
  'erdos-renyi': [0.4],
  moshpit: [2, 3],
  'random-regular': [3],
  tree: [2],
  // What it is depends on the file.
  file: [],
})

/** Whom each averages, counted. */
const degrees = (adjacency: Adjacency) => adjacency.map(({ length }) => length)

/** Enough that a peer's random partners reach everybody. */
const ROUNDS = 40

/** The contract of every topology. */
describe.each(NAMES)('the topology %s', name => {
  const topology = parse(name)
  const sizes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 25].filter(peers => topology.misfit(peers) === undefined)

  it('has the name it was parsed from', () => {
    expect(topology.name).toBe(name)
  })

  it('names neighbours that exist, in ascending order, once each and without the peer itself', () => {
    for (const peers of sizes) {
      const all = Array.from({ length: peers }, (_, peer) => peer)
      for (let round = 0; round < 8; round++) {
        const adjacency = adjacencyOf(topology, peers, round)
        expect(adjacency).toEqual(adjacency.map((neighbours, i) => all.filter(j => j !== i && neighbours.includes(j))))
      }
    }
  })

  it('is symmetric, balanced and constant where it says so', () => {
    for (const peers of sizes) {
      const rounds = [0, 1, 2, 3].map(round => adjacencyOf(topology, peers, round))
      for (const adjacency of rounds) {
        const heardBy = reversed(adjacency)
        if (topology.symmetric) expect(adjacency).toEqual(heardBy)
        if (topology.balanced) expect(degrees(adjacency)).toEqual(degrees(heardBy))
        if (!topology.changes) expect(adjacency).toEqual(rounds[0])
      }
    }
    const seen = [0, 1, 2].map(round => adjacencyOf(topology, 16, round))
    if (topology.changes) expect(seen[1]).not.toEqual(seen[0])
    if (!topology.balanced) expect(degrees(seen[0])).not.toEqual(degrees(reversed(seen[0])))
    if (!topology.symmetric) expect(seen[2]).not.toEqual(reversed(seen[2]))
  })

  it('gives the same graph again, whoever else was asked about meanwhile', () => {
    const first = adjacencyOf(topology, 16, 3)
    adjacencyOf(topology, sizes[0], 3)
    adjacencyOf(topology, 16, 4)
    expect(adjacencyOf(topology, 16, 3)).toEqual(first)
    expect(adjacencyOf(parse(name), 16, 3)).toEqual(first)
  })

  it('has weights of its own that are symmetric and leave each peer some of itself, where it has any', () => {
    if (topology.weights === undefined) return
    for (const peers of sizes) {
      for (let round = 0; round < 8; round++) {
        const adjacency = adjacencyOf(topology, peers, round)
        const weights = adjacency.map((_, i) => topology.weights?.(i, peers, round) ?? [])
        expect(degrees(weights)).toEqual(degrees(adjacency))
        const backwards = adjacency.map((others, i) => others.map(j => weights[j][adjacency[j].indexOf(i)]))
        expect(weights).toEqual(backwards)
        const left = weights.map(row => row.reduce((rest, weight) => rest - weight, 1))
        expect(Math.min(...left, ...weights.flat())).toBeGreaterThan(0)
      }
    }
  })

  it('connects everyone, over its rounds', () => {
    for (const peers of sizes) {
      const union = Array.from({ length: peers }, (_, peer) =>
        Array.from({ length: ROUNDS }, (_, round) => topology.neighbours(peer, peers, round)).flat(),
      )
      expect(isStronglyConnected(union)).toBe(true)
    }
  })
})

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
      expect(isConnected(adjacency)).toBe(true)
    }
  })

  it('connects all even where chance alone would sometimes cut the graph in two', () => {
    // Two separate complete graphs of 4 are 35 of the 19,355 3-regular graphs on 8 peers.
    for (let seed = 0; seed < 3000; seed++) expect(isConnected(graph('random-regular:3', 8, { seed }))).toBe(true)
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

describe('torus', () => {
  it('is the rectangle nearest to a square, with its edges joined', () => {
    // 3 rows of 4: 0 1 2 3 / 4 5 6 7 / 8 9 10 11.
    const adjacency = graph('torus', 12)
    expect(adjacency[0]).toEqual([1, 3, 4, 8])
    expect(adjacency[6]).toEqual([2, 5, 7, 10])
    expect(graph('torus', 36)[0]).toEqual([1, 5, 6, 30])
  })

  it.each([
    [1, 'torus needs r × c peers with r and c at least 3, and there are 1; the nearest that works is 9 peers'],
    [10, 'torus needs r × c peers with r and c at least 3, and there are 10; the nearest that work are 9 and 12 peers'],
    [
      13,
      'torus needs r × c peers with r and c at least 3, and there are 13; the nearest that work are 12 and 15 peers',
    ],
  ])('refuses %i peers, and says what would work', (peers, message) => {
    expect(parse('torus').misfit(peers)).toBe(message)
    expect(() => graph('torus', peers)).toThrow(new UsageError(message))
  })
})

describe('hypercube', () => {
  it('ties those who differ in one digit', () => {
    expect(graph('hypercube', 8)[5]).toEqual([1, 4, 7])
    expect(graph('hypercube', 1)).toEqual([[]])
  })

  it('refuses what is no power of two, and says what would work', () => {
    const message =
      'hypercube needs a power of two of peers, and there are 12; the nearest that work are 8 and 16 peers'
    expect(parse('hypercube').misfit(12)).toBe(message)
    expect(() => graph('hypercube', 12)).toThrow(new UsageError(message))
  })
})

describe('trees', () => {
  it('have one edge less than peers', () => {
    for (const name of ['chain', 'star', 'tree:1', 'tree:2', 'tree:5']) {
      for (const peers of [1, 2, 3, 10, 32]) {
        const edges = degrees(graph(name, peers)).reduce((sum, degree) => sum + degree / 2, 0)
        expect(edges, `${name}, ${peers} peers`).toBe(peers - 1)
      }
    }
  })

  it('fill one level after the other', () => {
    expect(graph('tree:2', 6)).toEqual([[1, 2], [0, 3, 4], [0, 5], [1], [1], [2]])
    expect(graph('tree:1', 4)).toEqual(graph('chain', 4))
    expect(graph('tree:3', 4)).toEqual(graph('star', 4))
  })
})

describe('base-k', () => {
  it('lets some rest, and begins anew at the end', () => {
    // 5 = 4 + 1: two rounds for the mean of four, one with the fifth, two for what the four have got of it.
    const counts = Array.from({ length: 6 }, (_, round) => degrees(graph('base-k:1', 5, { round })))
    expect(counts).toEqual([
      [1, 1, 1, 1, 0],
      [1, 1, 1, 1, 0],
      [1, 0, 0, 0, 1],
      [1, 1, 1, 1, 0],
      [1, 1, 1, 1, 0],
      [1, 1, 1, 1, 0],
    ])
  })

  it('is complete where nobody has more than k others', () => {
    expect(graph('base-k:4', 5)).toEqual(graph('complete', 5))
    expect(graph('base-k:4', 5, { round: 1 })).toEqual(graph('complete', 5))
  })
})

describe('erdos-renyi', () => {
  it('ties every pair with the probability that it has', () => {
    // 60 · 59 / 2 = 1770 pairs, 200 graphs: 70,800 ± 206 ties; 5 σ leave no false alarm. All of them are connected by chance.
    let ties = 0
    for (let seed = 0; seed < 200; seed++) {
      for (const { length } of graph('erdos-renyi:0.2', 60, { seed })) ties += length / 2
    }
    expect(Math.abs(ties - 70_800)).toBeLessThan(5 * 238)
  })

  it('is connected also where that is rare', () => {
    for (let seed = 0; seed < 50; seed++) expect(isConnected(graph('erdos-renyi:0.12', 20, { seed }))).toBe(true)
  })

  it('is the same for the same seed, and another for another', () => {
    expect(graph('erdos-renyi:0.3', 30, { seed: 7 })).toEqual(graph('erdos-renyi:0.3', 30, { seed: 7 }))
    expect(graph('erdos-renyi:0.3', 30, { seed: 8 })).not.toEqual(graph('erdos-renyi:0.3', 30, { seed: 7 }))
  })

  it('with probability 1 is complete', () => {
    expect(graph('erdos-renyi:1', 7)).toEqual(graph('complete', 7))
  })

  it.each([10, 100, 2_000])('refuses a probability that leaves some of %i alone, and says what would work', peers => {
    const topology = parse('erdos-renyi:0.001')
    const [, nearest] = /; the nearest that works is (.*)$/.exec(topology.misfit(peers) ?? '') ?? []
    expect(() => topology.neighbours(0, peers, 0)).toThrow(
      `erdos-renyi:0.001 leaves some of ${peers} peers without a way to the others`,
    )
    expect(parse(nearest).misfit(peers)).toBe(undefined)
  })
})

describe('topologies that are drawn in every round', () => {
  it('epidemic gives everybody so many neighbours, however dense', () => {
    for (const [degree, peers] of [
      [1, 10],
      [2, 5],
      [3, 16],
      [8, 17],
      [15, 16],
      [7, 200],
    ] as const) {
      for (let round = 0; round < 20; round++) {
        const adjacency = graph(`epidemic:${degree}`, peers, { round })
        expect(adjacency.every(neighbours => new Set(neighbours).size === degree)).toBe(true)
      }
    }
  })

  it('epidemic makes every pair neighbours about equally often', () => {
    // 600 graphs on 10 peers: a pair is tied with probability 3/9, 200 ± 11.5 times; 5 σ leave no false alarm.
    const counts = new Map<string, number>()
    for (let round = 0; round < 600; round++) {
      graph('epidemic:3', 10, { round }).forEach((neighbours, i) => {
        for (const j of neighbours) if (i < j) counts.set(`${i}-${j}`, (counts.get(`${i}-${j}`) ?? 0) + 1)
      })
    }
    expect(counts.size).toBe(45)
    for (const count of counts.values()) expect(Math.abs(count - 200)).toBeLessThan(5 * 11.6)
  })

  it('epidemic-local has everybody send to so many others', () => {
    for (let round = 0; round < 20; round++) {
      const heardBy = reversed(graph('epidemic-local:4', 9, { round }))
      expect(heardBy.every(receivers => new Set(receivers).size === 4)).toBe(true)
    }
  })

  it('pairwise gives everybody one other, and of an odd number leaves one alone', () => {
    for (let round = 0; round < 20; round++) {
      expect(degrees(graph('pairwise', 8, { round }))).toEqual(new Array(8).fill(1))
      expect(degrees(graph('pairwise', 9, { round })).toSorted()).toEqual([0, ...new Array(8).fill(1)])
    }
  })

  it('moshpit goes along one axis of a full grid after the other', () => {
    expect(graph('moshpit:3', 9)[4]).toEqual([3, 5])
    expect(graph('moshpit:3', 9, { round: 1 })[4]).toEqual([1, 7])
    expect(graph('moshpit:3', 9, { round: 2 })).toEqual(graph('moshpit:3', 9))
  })

  it('moshpit deals any other number into groups that differ by one at most', () => {
    expect(degrees(graph('moshpit:4', 11)).toSorted()).toEqual([2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3])
    expect(graph('moshpit:4', 3)).toEqual(graph('complete', 3))
  })

  it.each(['epidemic:3', 'epidemic-local:3', 'pairwise', 'moshpit:3'])(
    '%s is the same for the same seed, and another for another',
    name => {
      expect(graph(name, 20, { seed: 7 })).toEqual(graph(name, 20, { seed: 7 }))
      expect(graph(name, 20, { seed: 8 })).not.toEqual(graph(name, 20, { seed: 7 }))
    },
  )

  it.each([
    ['epidemic:3', 3, 'epidemic:3 needs at least 4 peers, and there are 3; the nearest that works is epidemic:2'],
    [
      'epidemic:3',
      9,
      'epidemic:3 needs an even number of peers, and there are 9; the nearest that work are epidemic:2 and epidemic:4, or 10 peers',
    ],
    [
      'epidemic-local:3',
      3,
      'epidemic-local:3 needs at least 4 peers, and there are 3; the nearest that works is epidemic-local:2',
    ],
    ['moshpit:1', 8, 'moshpit:1 leaves everybody alone in its group; the nearest that works is moshpit:2'],
  ])('%s refuses %i peers, and says what would work', (name, peers, message) => {
    expect(parse(name).misfit(peers)).toBe(message)
    expect(() => graph(name, peers)).toThrow(new UsageError(message))
  })
})

describe('a graph from a file', () => {
  it('has the edges that are written, in both directions', () => {
    const topology = fromFile('# a triangle with a tail\n0 1\n1\t2 # comments end lines\r\n2, 0\n\n2 3\n3 2\n')
    expect(adjacencyOf(topology, 4, 0)).toEqual([[1, 2], [0, 2], [0, 1, 3], [2]])
    expect(topology).toMatchObject({ name: 'file:edges.txt', symmetric: true, balanced: true, changes: false })
  })

  it('after the line "directed" has the second hear the first', () => {
    const topology = fromFile('directed\n0 1\n1 2\n2 0\n0 2\n')
    expect(adjacencyOf(topology, 3, 0)).toEqual([[2], [0], [0, 1]])
    expect(topology).toMatchObject({ symmetric: false, balanced: false })
  })

  it('is balanced where as many hear a peer as it hears, and symmetric where both directions are written', () => {
    expect(fromFile('directed\n0 1\n1 2\n2 0')).toMatchObject({ symmetric: false, balanced: true })
    expect(fromFile('directed\n0 1\n1 0')).toMatchObject({ symmetric: true, balanced: true })
  })

  it.each([
    [
      '0 1\n1 one',
      'file:edges.txt, line 2: "1 one" is no edge; expected two different peers, as "0 1", numbered from 0',
    ],
    ['2 2', 'file:edges.txt, line 1: "2 2" is no edge; expected two different peers, as "0 1", numbered from 0'],
    [
      '0 1\ndirected',
      'file:edges.txt, line 2: "directed" is no edge; expected two different peers, as "0 1", numbered from 0; the line "directed" comes before all edges',
    ],
    ['# nothing', 'file:edges.txt has no edges; expected lines of two peers, as "0 1"'],
  ])('refuses %j, and says which line', (edges, message) => {
    expect(() => fromFile(edges)).toThrow(new UsageError(message))
  })

  it('fits only as many peers as it ties, if they are in one piece', () => {
    const path = fromFile('0 1\n1 2')
    expect(path.misfit(3)).toBe(undefined)
    expect(path.misfit(4)).toBe('file:edges.txt ties 3 peers, and there are 4; what works is 3 peers')
    expect(() => path.neighbours(0, 4, 0)).toThrow(UsageError)
    expect(fromFile('0 1\n3 2').misfit(4)).toBe(
      'file:edges.txt has no way between peer 0 and peer 2; what works is a graph in one piece',
    )
    // Heard by nobody, and still in one piece.
    expect(fromFile('directed\n0 1\n2 1').misfit(3)).toBe(undefined)
  })

  it('names the file, and needs what is in it', () => {
    expect(edgesFileOf('file:some/edges.txt')).toBe('some/edges.txt')
    expect(edgesFileOf('ring')).toBe(undefined)
    expect(() => parse('file:some/edges.txt')).toThrow(/the edges of file:some\/edges.txt were not read/)
  })
})

describe('parsing a topology', () => {
  it('lists what is accepted where the name is unknown', () => {
    expect(() => parse('mobius')).toThrow(
      new UsageError(
        `unknown topology "mobius"; accepted are ${topologyNames.join(', ')} (P: a probability above 0, EDGES: a file, other letters: a whole number of at least 1)`,
      ),
    )
  })

  it.each([
    '',
    'ring:3',
    'random-regular',
    'random-regular:',
    'random-regular:0',
    'random-regular:2.5',
    'erdos-renyi:0',
    'erdos-renyi:1.5',
    'erdos-renyi:x',
    'file:',
    'toString',
    'toString:1',
  ])('refuses "%s"', text => {
    expect(() => parse(text)).toThrow(UsageError)
  })
})
