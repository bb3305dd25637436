import { describe, expect, test } from 'vitest'
import type { SimulationOptions } from '../../simulations/options.ts'
import type { RunResult } from '../../simulations/result.ts'
import { simulate } from '../../simulations/simulate.ts'
import { loadDataset } from '../../src/data/sources.ts'
import { UsageError } from '../../src/errors.ts'
import { parseRecipe, type RecipeInput } from '../../src/recipe/recipe.ts'

const consensus = (averaging: RecipeInput['averaging'] = {}) =>
  parseRecipe({
    objective: { task: 'consensus' },
    model: { name: 'vector', shape: [20], classes: 0 },
    training: { steps: 0 },
    averaging,
  })

const run = (options: Partial<SimulationOptions>) => simulate({ recipe: consensus(), peers: 8, seed: 1, ...options })

async function learn(options: Partial<SimulationOptions>, training: RecipeInput['training'] = {}) {
  const data = await loadDataset('digits', { seed: 1, samples: 100 })
  const recipe = parseRecipe({ model: { name: 'linear' }, training: { steps: 60, ...training } })
  return await simulate({ recipe, peers: 4, seed: 3, data, ...options })
}

test('the gap is told before the first round, and then every exchange, by the numbers of the two', async () => {
  const told: string[] = []
  let [averaged, onRing] = [0, 0]
  const recipe = consensus({ topology: 'ring' })
  await run({
    recipe,
    rounds: 5,
    loss: 0.01,
    onStart({ spectralGap, conditions }) {
      told.push('start')
      expect(spectralGap).toBeCloseTo((2 - 2 * Math.cos(Math.PI / 4)) / 3, 6)
      expect(conditions).toEqual({ loss: 0.01 })
    },
    onRound: ({ round }) => told.push(`round ${round}`),
    onExchange({ from, to, outcome, bytes }) {
      if (outcome !== 'averaged') return
      averaged++
      if ([1, 7].includes((from - to + 8) % 8)) onRing++
      expect(bytes).toBeGreaterThan(0)
    },
  })
  expect(told.slice(0, 2)).toEqual(['start', 'round 0'])
  // A round is as many exchanges as there are peers.
  expect(averaged).toBe(5 * 8)
  // Who knows but some of the others in the beginning stands on a smaller ring.
  expect(onRing).toBeGreaterThan(averaged / 2)
})

describe('under churn', () => {
  test('a swarm ends by its rounds, and keeps its mean', async () => {
    const { final, rounds } = await run({ churn: 0.3, rounds: 100, evaluateEvery: 10 })
    expect(rounds).toHaveLength(11)
    expect(final.meanDrift).toBeLessThan(1e-6)
    expect(final.consensusDistance).toBeLessThan(rounds[0].consensusDistance / 10)
  })

  test('a swarm seals, and whoever is away then comes back for the seal', async () => {
    // Of one seed in sixty a peer is away while the swarm moves further than that peer has ever seen it spread: it keeps its own, and says so.
    const { sealed, peerResults, final } = await run({ churn: 0.1, seed: 2 })
    expect(sealed).toBe(true)
    expect(new Set(peerResults.map(one => one.sealed))).toEqual(new Set([final.parametersHash]))
  })

  test('peers train on from what is on their disks', async () => {
    const { sealed, final, rounds, partial } = await learn({ churn: 0.3 })
    expect([sealed, partial]).toEqual([true, undefined])
    expect(final.merged?.accuracy).toBeGreaterThan(rounds[0].merged?.accuracy ?? 1)
  })

  test('a trace says who is there when: one that leaves for good is no longer waited for, and said to have left', async () => {
    const churn = [
      { time: 0, peer: 7, up: false },
      { time: 0.3, peer: 2, up: false },
      { time: 0.5, peer: 7, up: true },
    ]
    const { sealed, peerResults, notes } = await run({ churn })
    expect(sealed).toBe(true)
    expect(peerResults.filter(one => one.sealed === null).map(({ peer }) => peer)).toEqual(['peer-2'])
    expect(notes).toEqual(['1 of 8 peers had left for good by the end'])
  })
})

test('a network that falls apart keeps the swarm apart until it heals', async () => {
  const { rounds } = await run({ splits: [{ at: 0, until: 2, share: 0.5 }], rounds: 80 })
  const apart = rounds.filter(({ time }) => time > 1 && time < 2)
  expect(Math.min(...apart.map(one => one.consensusDistance))).toBeGreaterThan(0.1)
  expect(rounds[80].consensusDistance).toBeLessThan(0.01)
})

test('nobody waits for a straggler longer than its patience lasts', async () => {
  const steps = 300
  const [usual, slow] = [
    await learn({}, { steps }),
    await learn({ stragglers: { share: 0.25, training: 10 } }, { steps }),
  ]
  const stepsOf = ({ peerResults }: RunResult) => peerResults.map(({ ownSteps = 0 }) => ownSteps).sort((a, b) => a - b)
  expect(stepsOf(usual)[0]).toBe(steps)
  // The others train on for it, until half of them have been done for as long as that took; then it is averaged as it is.
  const [least, ...others] = stepsOf(slow)
  expect(least).toBeLessThan(steps)
  expect(Math.min(...others)).toBeGreaterThan(steps)
  expect(slow.sealed).toBe(true)
  expect(slow.final.time).toBeLessThan(2 * usual.final.time + 2)
})

test('a narrow uplink makes exchanges of a large vector slower', async () => {
  const [wide, narrow] = [await run({ rounds: 5 }), await run({ rounds: 5, bandwidth: { host: 0.05 } })]
  expect(narrow.final.time).toBeGreaterThan(2 * wide.final.time)
})

test('whatever the conditions, one seed has one result', async () => {
  const conditions = {
    churn: 0.2,
    loss: 0.1,
    delay: 'lognormal:20,0.7',
    bandwidth: { host: 5, link: 2 },
    stragglers: { share: 0.25, links: 4 },
    splits: [{ at: 0.5, until: 1, share: 0.4 }],
    rounds: 12,
  }
  const [{ timing: _one, ...first }, { timing: _other, ...second }] = [await run(conditions), await run(conditions)]
  expect(second).toEqual(first)
  const { timing: _third, ...third } = await run({ ...conditions, seed: 2 })
  expect(third.rounds).not.toEqual(first.rounds)
})

describe('a run that is cut short', () => {
  test('has what there is by then, and says that it was interrupted', async () => {
    const interruption = new AbortController()
    const { partial, rounds, final } = await run({
      rounds: 1_000,
      signal: interruption.signal,
      onRound: ({ round }) => {
        if (round === 5) interruption.abort()
      },
    })
    expect(partial).toEqual({ reason: 'interrupted' })
    expect(rounds.map(({ round }) => round)).toEqual([0, 1, 2, 3, 4, 5])
    expect(final.round).toBe(5)
  })

  test('because a peer diverged names the round and the peer', async () => {
    const { partial, sealed } = await learn({}, { learningRate: 3e38 })
    expect(partial).toMatchObject({ reason: 'diverged', peer: expect.stringMatching(/^peer-[0-3]$/) })
    expect(sealed).toBe(false)
  })
})

test('the distances between peers in the end are symmetric, and of as many peers as can be shown', async () => {
  const { pairwise } = await run({ peers: 80, rounds: 1 })
  expect(pairwise?.peers).toHaveLength(64)
  const distances = pairwise?.distances ?? []
  expect(distances[3][5]).toBe(distances[5][3])
  expect([distances[3][3], distances[3][5] > 0]).toEqual([0, true])
})

describe('a swarm in which each peer knows only its neighbours', () => {
  const peers = 300

  test('keeps its mean, comes closer, and says so', async () => {
    const { final, rounds, notes, sealed } = await run({ peers, rounds: 2 })
    expect(notes).toEqual([
      expect.stringMatching(/^each peer knows only 32 others, its neighbours in random-regular:32/),
    ])
    expect(final.meanDrift).toBeLessThan(1e-5)
    expect(final.meanSquaredDistance).toBeLessThan(rounds[0].meanSquaredDistance / 2)
    expect(sealed).toBe(false)
  })

  test('needs to be told for how many rounds it averages', async () => {
    await expect(run({ peers })).rejects.toThrow(/300 virtual peers do not seal.*--rounds 20/)
  })
})

describe('what cannot be is refused with what can:', () => {
  test.each<[string, Partial<SimulationOptions>, RegExp]>([
    ['a delay', { delay: '9-5' }, /not "9-5"/],
    ['a loss of everything', { loss: 1 }, /below 1 works/],
    ['no bandwidth', { bandwidth: { host: 0 } }, /0 Mbit\/s for every host: .* such as 10/],
    ['a churn of all', { churn: 1 }, /from 0 to below 1 works/],
    ['churn of a peer that is not there', { churn: [{ time: 1, peer: 8, up: false }] }, /with 8 peers, 0 to 7 work/],
    ['churn before the start', { churn: [{ time: -1, peer: 0, up: false }] }, /from 0 works/],
    [
      'churn of everybody for good',
      { churn: Array.from({ length: 8 }, (_, peer) => ({ time: peer, peer, up: false })) },
      /at least one peer stays/,
    ],
    [
      'stragglers that are nobody',
      { stragglers: { share: 0.01 } },
      /of 8 peers that is 0; shares from 0.125 to 1 work/,
    ],
    ['stragglers that are quicker', { stragglers: { share: 0.5, links: 0.5 } }, /links is slower by a factor of 0.5/],
    ['a split of nobody', { splits: [{ at: 1, until: 2, share: 1 }] }, /shares from 0.125 to 0.875 work/],
    ['a split that ends before it begins', { splits: [{ at: 2, until: 1, share: 0.5 }] }, /to end after it began/],
    [
      'splits at the same time',
      {
        splits: [
          { at: 1, until: 5, share: 0.5 },
          { at: 4, until: 6, share: 0.5 },
        ],
      },
      /begin at 5 s or later/,
    ],
    ['byzantine peers', { byzantine: { share: 0.2, attack: 'sign-flip' } }, /the engine matrix/],
  ])('%s', async (_what, options, words) => {
    await expect(run({ rounds: 1, ...options })).rejects.toThrow(UsageError)
    await expect(run({ rounds: 1, ...options })).rejects.toThrow(words)
  })
})
