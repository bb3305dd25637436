import { describe, expect, it } from 'vitest'
import { mean } from '../../src/averaging/aggregators/mean.ts'
import { parseAggregator } from '../../src/averaging/aggregators/registry.ts'
import { columnStochasticMatrix, lazy, mixingMatrix } from '../../src/averaging/mixing.ts'
import { fitRule, type RuleSetting } from '../../src/averaging/requirements.ts'
import { smallestEigenvalue } from '../../src/averaging/spectrum.ts'
import { parseTopology } from '../../src/averaging/topologies/registry.ts'
import { adjacencyOf } from '../../src/averaging/topology.ts'
import { UsageError } from '../../src/errors.ts'

const rules: Readonly<Record<string, RuleSetting['rule']>> = {
  none: { name: 'none', mixing: 'none' },
  adpsgd: { name: 'adpsgd', mixing: 'pairwise' },
  dpsgd: { name: 'dpsgd', mixing: 'doubly-stochastic', linear: true },
  'gradient-tracking': { name: 'gradient-tracking', mixing: 'doubly-stochastic' },
  gossip: { name: 'gossip', mixing: 'row-stochastic' },
  choco: { name: 'choco', mixing: 'symmetric', constantLinks: true },
  d2: { name: 'd2', mixing: 'symmetric', smallestEigenvalue: -1 / 3 },
  'push-sum': { name: 'push-sum', mixing: 'column-stochastic' },
  relaysum: { name: 'relaysum', mixing: 'tree' },
  fedavg: { name: 'fedavg', mixing: 'all' },
}

const ONE_WAY_RING = 'directed\n0 1\n1 2\n2 3\n3 0\n'
/** Nobody is heard by 0. */
const DEAF = 'directed\n0 1\n1 2\n2 1\n0 3\n'
/** Nobody hears 0. */
const MUTE = 'directed\n1 0\n1 2\n2 3\n3 1\n'

function fitted(rule: string, name: string, peers: number, { aggregator = mean, edges = '' } = {}) {
  return fitRule({ rule: rules[rule], aggregator, topology: parseTopology(name, { seed: 1, edges }), peers })
}

describe('a rule that suits its topology', () => {
  it.each([
    ['dpsgd', 'ring', 16],
    ['dpsgd', 'exponential', 10],
    ['dpsgd', 'base-k:2', 11],
    ['gossip', 'epidemic-local:3', 10],
    ['choco', 'torus', 16],
    ['d2', 'star', 16],
    ['relaysum', 'tree:2', 9],
    ['relaysum', 'ring', 2],
  ])('%s on %s of %i takes the topology’s weights, and has nothing to say', (rule, name, peers) => {
    const { mixing, notes } = fitted(rule, name, peers)
    for (const round of [0, 1, 2]) {
      expect(mixing(round)).toEqual(mixingMatrix(parseTopology(name, { seed: 1 }), peers, round))
    }
    expect(notes).toEqual([])
  })

  it('makes the weights once where they never change', () => {
    const { mixing } = fitted('dpsgd', 'torus', 9)
    expect(mixing(1)).toBe(mixing(0))
  })

  it.each(['exponential', 'one-peer-exponential', 'epidemic-local:3', 'ring'])(
    'push-sum on %s is weighed by the senders',
    name => {
      const graph = adjacencyOf(parseTopology(name, { seed: 1 }), 10, 2)
      expect(fitted('push-sum', name, 10).mixing(2)).toEqual(columnStochasticMatrix(graph))
    },
  )

  it.each(['none', 'adpsgd', 'fedavg'])('%s needs no weights', rule => {
    expect([...fitted(rule, 'ring', 4).mixing(0).self]).toEqual([1, 1, 1, 1])
  })

  it('dpsgd on epidemic-local says that the mean is kept on average only', () => {
    const { mixing, notes } = fitted('dpsgd', 'epidemic-local:3', 10)
    expect(mixing(3)).toEqual(mixingMatrix(parseTopology('epidemic-local:3', { seed: 1 }), 10, 3))
    expect(notes).toEqual([
      'on epidemic-local:3 some are averaged by more than they average: dpsgd keeps the mean on average only, not in every round',
    ])
  })

  it('fedavg says that it uses no topology, unless it is the default', () => {
    expect(fitted('fedavg', 'ring', 4).notes).toEqual([
      'fedavg averages everybody with everybody: the topology ring is not used',
    ])
    expect(fitted('fedavg', 'complete', 4).notes).toEqual([])
  })

  it('adpsgd says that it goes both ways along directed links', () => {
    expect(fitted('adpsgd', 'exponential', 8).notes).toEqual([
      'adpsgd exchanges both ways: the directed links of exponential are used in both directions',
    ])
    expect(fitted('adpsgd', 'ring', 8).notes).toEqual([])
  })
})

describe('laziness for D²', () => {
  it('is added where λ_min is too small, just so much, and said', () => {
    const { mixing, notes } = fitted('d2', 'ring', 16)
    const W = mixingMatrix(parseTopology('ring', { seed: 1 }), 16, 0)
    // 0.03 off the diagonal: weights of 0.3233, the third less a hundredth.
    expect(notes).toEqual([
      'd2 needs λ_min(W) > −0.3333, and ring with 16 peers has −0.3333: W was made lazy, (1 − e) W + e I with e = 0.03',
    ])
    expect(mixing(0).weights[0]).toBeCloseTo(lazy(W, 0.03).weights[0], 12)
    expect(mixing(5)).toBe(mixing(0))
  })

  it.each([
    ['torus', 16],
    ['hypercube', 32],
    ['ring', 15],
    ['random-regular:5', 20],
  ])('brings λ_min of %s of %i above −1/3', (name, peers) => {
    expect(smallestEigenvalue(fitted('d2', name, peers).mixing(0))).toBeGreaterThan(-1 / 3 + 0.03)
  })

  it('goes by a bound where the spectrum would take too long', () => {
    const { notes } = fitted('d2', 'ring', 5_001)
    expect(notes[0]).toContain('perhaps −0.3333')
  })
})

describe('what cannot be is refused, with what would work:', () => {
  it.each([
    [
      'd2',
      'exponential',
      16,
      'd2 needs a symmetric W, and exponential is directed; the nearest that works is hypercube',
    ],
    [
      'd2',
      'exponential',
      10,
      'd2 needs a symmetric W, and exponential is directed; the nearest that works is random-regular:4',
    ],
    [
      'choco',
      'one-peer-exponential',
      10,
      'choco needs a symmetric W, and one-peer-exponential is directed; the nearest that works is ring',
    ],
    ['d2', 'one-peer-exponential', 10, /the nearest that works is ring$/],
    [
      'choco',
      'base-k:1',
      10,
      /needs the same links in every round, and those of base-k:1 change; the nearest that works is ring$/,
    ],
    [
      'd2',
      'base-k:1',
      10,
      'd2 needs the same W in every round, and that of base-k:1 changes; the nearest that works is ring',
    ],
    ['d2', 'epidemic:4', 11, /that of epidemic:4 changes; the nearest that works is random-regular:4$/],
    [
      'gradient-tracking',
      'epidemic-local:3',
      10,
      'gradient-tracking needs weights that keep the mean, and on epidemic-local:3 some are averaged by more than they average; the nearest that works is epidemic:3, or the rule push-sum',
    ],
    [
      'relaysum',
      'ring',
      16,
      'relaysum needs a tree, and ring with 16 peers has 16 edges, not 15; the nearest that work are tree:2, chain and star',
    ],
    ['relaysum', 'pairwise', 16, /needs a tree that stays, and pairwise is none/],
    ['relaysum', 'exponential', 3, /needs a tree that stays, and exponential is none/],
    ['dpsgd', 'hypercube', 12, /hypercube needs a power of two of peers, and there are 12/],
  ])('%s on %s of %i', (rule, name, peers, message) => {
    const attempt = () => fitted(rule, name, peers)
    expect(attempt).toThrow(UsageError)
    expect(attempt).toThrow(message)
  })

  it('what is recommended is accepted', () => {
    for (const [rule, name, peers] of [
      ['d2', 'hypercube', 16],
      ['d2', 'random-regular:4', 10],
      ['d2', 'random-regular:4', 11],
      ['choco', 'torus', 16],
      ['dpsgd', 'epidemic:3', 10],
      ['push-sum', 'epidemic-local:3', 10],
      ['relaysum', 'tree:2', 16],
      ['relaysum', 'chain', 16],
      ['relaysum', 'star', 16],
    ] as const) {
      expect(() => fitted(rule, name, peers)).not.toThrow()
    }
  })

  it.each([
    ['hears nobody', DEAF],
    ['is heard by nobody', MUTE],
  ])('push-sum where one %s', (_, edges) => {
    expect(() => fitted('push-sum', 'file:lonely', 4, { edges })).toThrow(
      new UsageError(
        'push-sum needs a way from everybody to everybody, and on file:lonely there is none for some; the nearest that works is the same edges in both directions',
      ),
    )
  })

  it('and not where edges that go one way lead everywhere', () => {
    expect(() => fitted('push-sum', 'file:one-way', 4, { edges: ONE_WAY_RING })).not.toThrow()
  })

  it('D-PSGD on edges of which some have no counterpart', () => {
    expect(() => fitted('dpsgd', 'file:deaf', 4, { edges: DEAF })).toThrow(
      /the nearest that works is the same edges in both directions, or the rule push-sum/,
    )
    expect(() => fitted('dpsgd', 'file:one-way', 4, { edges: ONE_WAY_RING })).not.toThrow()
  })

  it('a robust aggregator for whom somebody has too few neighbours', () => {
    const aggregator = parseAggregator('trimmed-mean:3')
    expect(() => fitted('dpsgd', 'random-regular:5', 16, { aggregator })).toThrow(
      /^trimmed-mean:3 .* 5.*; on random-regular:5 with 16 peers the fewest neighbours are 5$/,
    )
    expect(() => fitted('dpsgd', 'random-regular:8', 16, { aggregator })).not.toThrow()
    // The first round has two, the second one.
    expect(() => fitted('dpsgd', 'base-k:2', 6, { aggregator: parseAggregator('trimmed-mean:1') })).toThrow(
      /fewest neighbours are 1$/,
    )
    // These do not ask it anything.
    expect(() => fitted('adpsgd', 'random-regular:5', 16, { aggregator })).not.toThrow()
  })
})
