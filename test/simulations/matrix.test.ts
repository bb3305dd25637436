import { describe, expect, test } from 'vitest'
import type { SimulationOptions } from '../../simulations/options.ts'
import type { RunResult } from '../../simulations/result.ts'
import { simulate } from '../../simulations/simulate.ts'
import { loadDataset } from '../../src/data/sources.ts'
import { parseRecipe, type RecipeInput } from '../../src/recipe/recipe.ts'

const DIMENSION = 30

const consensus = (averaging: RecipeInput['averaging'] = {}) =>
  parseRecipe({
    objective: { task: 'consensus' },
    model: { name: 'vector', shape: [DIMENSION], classes: 0 },
    training: { steps: 0 },
    averaging: { rule: 'dpsgd', topology: 'ring', ...averaging },
  })

const quadratics = (rest: RecipeInput = {}) =>
  parseRecipe({
    objective: { task: 'quadratic', heterogeneity: 0.1 },
    model: { name: 'vector', shape: [6], classes: 0 },
    averaging: { rule: 'dpsgd', topology: 'ring' },
    exchange: { localSteps: 1 },
    ...rest,
    training: { steps: 20, learningRate: 0.2, momentum: 0, ...rest.training },
  })

const run = (options: Omit<SimulationOptions, 'engine' | 'seed'>) =>
  simulate({ engine: 'matrix', seed: 1, workers: 1, ...options })

describe('the result does not depend on the number of threads:', () => {
  const small = { peers: 7, rounds: 6 }
  test.each<[what: string, options: Omit<SimulationOptions, 'engine' | 'seed'>]>([
    ['in pairs, with losses', { ...small, recipe: consensus({ rule: 'adpsgd', topology: 'complete' }), loss: 0.2 }],
    [
      'pushing over a graph that changes',
      { ...small, recipe: consensus({ rule: 'push-sum', topology: 'one-peer-exponential' }) },
    ],
    [
      'everybody at once, with byzantine peers',
      { ...small, recipe: consensus({ rule: 'allreduce' }), byzantine: { share: 0.3, attack: 'gaussian' } },
    ],
  ])('%s', async (_what, options) => {
    const [one, three] = [await run({ ...options, workers: 1 }), await run({ ...options, workers: 3 })]
    expect(withoutTiming(three)).toEqual(withoutTiming(one))
  })

  test('learning from samples, some peers away', async () => {
    const data = await loadDataset('digits', { seed: 1, samples: 200 })
    const recipe = parseRecipe({
      model: { name: 'mlp:8' },
      training: { steps: 12, batch: 4 },
      averaging: { rule: 'dpsgd', topology: 'ring', aggregator: 'median' },
      exchange: { localSteps: 2 },
    })
    const results = []
    for (const workers of [1, 2, 3])
      results.push(withoutTiming(await run({ recipe, peers: 5, data, churn: 0.3, workers })))
    expect(results[1]).toEqual(results[0])
    expect(results[2]).toEqual(results[0])
    expect(results[0].final.merged?.loss).toBeLessThan(results[0].rounds[0].merged?.loss ?? 0)
  }, 30_000)
})

function withoutTiming({ timing: _timing, ...result }: RunResult) {
  return result
}

describe('what is sent', () => {
  test('is counted to the byte, at both ends', async () => {
    const { final, peerResults } = await run({ recipe: consensus(), peers: 6, rounds: 5 })
    expect([final.messages, final.bytesSent]).toEqual([6 * 2 * 5, 6 * 2 * 5 * 4 * DIMENSION])
    for (const { bytesIn, bytesOut } of peerResults) expect([bytesIn, bytesOut]).toEqual([1200, 1200])
  })

  test('is counted as from everybody to everybody also where only their mean is taken', async () => {
    const { final } = await run({ recipe: consensus({ topology: 'complete' }), peers: 6, rounds: 1 })
    expect([final.messages, final.consensusDistance]).toEqual([6 * 5, 0])
  })

  test('is one exchange for each pair where a round is a matching', async () => {
    const { final } = await run({ recipe: consensus({ rule: 'adpsgd', topology: 'pairwise' }), peers: 6, rounds: 4 })
    expect(final.messages).toBe(4 * 3 * 2)
  })

  test('or lost on an undirected graph moves no mean: both sides merge, or neither', async () => {
    for (const rule of ['dpsgd', 'adpsgd']) {
      const { final, rounds } = await run({ recipe: consensus({ rule }), peers: 6, rounds: 30, loss: 0.3 })
      expect(final.meanDrift, rule).toBeLessThan(1e-6)
      expect(final.consensusDistance, rule).toBeLessThan(rounds[0].consensusDistance / 10)
    }
  })
})

describe('who is away', () => {
  test('neither trains nor sends nor receives', async () => {
    const churn = [{ time: 1, peer: 2, up: false }]
    const { peerResults, rounds } = await run({ recipe: consensus(), peers: 4, rounds: 40, churn })
    expect(peerResults.map(({ bytesIn, bytesOut, exchanges }) => [bytesIn > 0, bytesOut > 0, exchanges])).toEqual([
      [true, true, 40],
      [true, true, 40],
      [false, false, 0],
      [true, true, 40],
    ])
    // The three others agree; the fourth stays where it was.
    expect(rounds[40].consensusDistance).toBeGreaterThan(0.1)
  })

  test('comes back in its round', async () => {
    const churn = [
      { time: 11, peer: 1, up: true },
      { time: 3, peer: 1, up: false },
    ]
    const { peerResults } = await run({ recipe: consensus(), peers: 3, rounds: 20, churn })
    expect(peerResults[1].exchanges).toBe(2 + 10)
  })
})

test('an accuracy that nobody measured is not known', async () => {
  const { peerResults } = await run({ recipe: consensus(), peers: 3, rounds: 1 })
  expect(peerResults.map(({ accuracy }) => accuracy)).toEqual([null, null, null])
})

test('a sender keeps what it would have pushed to who is away, so that no mass is lost', async () => {
  const { final } = await run({ recipe: consensus({ rule: 'push-sum:naive' }), peers: 6, rounds: 120, churn: 0.2 })
  expect(final.consensusDistance).toBeLessThan(1e-5)
  expect(final.meanDrift).toBeLessThan(1e-5)
})

describe('byzantine peers', () => {
  test('by numbers that are none are not heard', async () => {
    const byzantine = { share: 0.25, attack: 'nan' }
    const recipe = consensus({ topology: 'complete' })
    const { final, notes, pairwise } = await run({ recipe, peers: 8, rounds: 20, byzantine })
    expect(final.consensusDistance).toBeLessThan(1e-6)
    expect(notes?.join()).toMatch(/2 of 8 peers lie \(nan\).*other 6/)
    expect(pairwise?.peers).toHaveLength(6)
  })

  test('pull a mean away and a median hardly', async () => {
    const byzantine = { share: 0.2, attack: 'sign-flip' }
    const drift = async (aggregator: string) => {
      const recipe = consensus({ topology: 'complete', aggregator })
      return (await run({ recipe, peers: 10, rounds: 10, init: 'spread', byzantine })).final.meanDrift ?? Number.NaN
    }
    expect(await drift('mean')).toBeGreaterThan(2 * (await drift('median')))
  })

  test('about labels teach others what is wrong', async () => {
    const data = await loadDataset('digits', { seed: 1, samples: 200 })
    const averaging = { rule: 'dpsgd', topology: 'complete' }
    const recipe = parseRecipe({ model: { name: 'linear' }, training: { steps: 40 }, averaging })
    const honest = await run({ recipe, peers: 4, data })
    const lying = await run({ recipe, peers: 4, data, byzantine: { share: 0.25, attack: 'label-flip' } })
    expect(lying.final.merged?.loss).toBeGreaterThan(1.1 * (honest.final.merged?.loss ?? Number.NaN))
  })
})

describe('a run that ends early is a result as far as it goes:', () => {
  test('divergence names the round and the peer', async () => {
    const recipe = quadratics({ training: { steps: 400, learningRate: 5 } })
    const { partial, rounds, final, notes } = await run({ recipe, peers: 4 })
    expect(partial).toMatchObject({ reason: 'diverged', peer: expect.stringMatching(/^peer-[0-3]$/) })
    expect(partial?.reason === 'diverged' && partial.round).toBeGreaterThan(final.round)
    expect(rounds.every(({ merged }) => Number.isFinite(merged?.loss))).toBe(true)
    expect(notes?.join()).toMatch(/norm of [\d.e+]+, above the \d+ of security.maximumNorm/)
  })

  test('interruption', async () => {
    const interrupted = new AbortController()
    const result = await run({
      recipe: quadratics({ training: { steps: 1_000_000 } }),
      peers: 4,
      evaluateEvery: 10,
      signal: interrupted.signal,
      onRound: ({ round }) => round > 0 && interrupted.abort(),
    })
    expect(result.partial).toEqual({ reason: 'interrupted' })
    expect(result.final.round).toBeGreaterThan(0)
  })

  test('interruption in the middle of a round, whose other peers do not train', async () => {
    const interrupted = new AbortController()
    const steps = 4_000
    const recipe = parseRecipe({
      objective: { task: 'quadratic' },
      model: { name: 'vector', shape: [50], classes: 0 },
      averaging: { rule: 'dpsgd', topology: 'ring' },
      exchange: { localSteps: steps },
      training: { steps, learningRate: 0.2, momentum: 0 },
    })
    const onRound = () => void setImmediate(() => interrupted.abort())
    const { partial, timing } = await run({ recipe, peers: 20, signal: interrupted.signal, onRound })
    expect(partial).toEqual({ reason: 'interrupted' })
    expect(timing.peerStepsPerSecond * timing.secondsInRounds).toBeLessThan(19.5 * steps)
  })
})

test('averaging without a number of rounds ends within the target', async () => {
  const { final, rounds } = await run({ recipe: consensus({ topology: 'complete' }), peers: 5 })
  expect([final.consensusDistance, rounds.length]).toEqual([0, 2])
})

test('weights that were changed to fit a rule are told, and their spectral gap is', async () => {
  const lazy = await run({ recipe: quadratics({ averaging: { rule: 'd2', topology: 'ring' } }), peers: 6 })
  expect(lazy.notes?.join()).toMatch(/lazy/)
  const plain = await run({ recipe: quadratics(), peers: 6 })
  expect(lazy.spectralGap).toBeLessThan(plain.spectralGap ?? 0)
})

test('a model that cannot be stacked is trained one peer after another, and that is told', async () => {
  const data = await loadDataset('digits', { seed: 1, samples: 60 })
  const recipe = parseRecipe({ model: { name: 'linear' }, training: { steps: 4 }, averaging: { rule: 'dpsgd' } })
  const stacked = await run({ recipe, peers: 2, data })
  const oneByOne = await run({ recipe, peers: 2, data, backend: 'cpu' })
  expect(stacked.notes).toEqual([])
  expect(oneByOne.notes?.join()).toMatch(/one peer after another/)
  expect(oneByOne.final.localLoss).toBeCloseTo(stacked.final.localLoss ?? 0, 5)
}, 30_000)

const consensusIn = (dimension: number, rule = 'dpsgd') => ({
  ...consensus({ rule }),
  model: { name: 'vector', shape: [dimension], classes: 0 },
})

describe('refused before anything runs, with what would work:', () => {
  const dataOf = (samples: number) => loadDataset('digits', { seed: 1, samples })
  test.each<[what: string, options: () => Promise<Omit<SimulationOptions, 'engine' | 'seed'>>, message: RegExp]>([
    [
      'more peers than samples',
      async () => ({ recipe: parseRecipe({ averaging: { rule: 'dpsgd' } }), peers: 500, data: await dataOf(60) }),
      /each peer needs one; take at most \d+ peers/,
    ],
    [
      'local steps that go by time',
      async () => ({ recipe: { ...consensus(), exchange: { localSteps: 'auto', compression: 'none' } }, peers: 4 }),
      /give a number/,
    ],
    [
      'a share that is no byzantine peer',
      async () => ({ recipe: consensus(), peers: 4, byzantine: { share: 0.01, attack: 'nan' } }),
      /0\.25/,
    ],
    [
      'an attack on labels where there are none',
      async () => ({ recipe: consensus(), peers: 4, byzantine: { share: 0.25, attack: 'label-flip' } }),
      /consensus has none; .* sign-flip/,
    ],
    [
      'an attack that reaches nobody',
      async () => ({ recipe: consensus({ rule: 'none' }), peers: 4, byzantine: { share: 0.25, attack: 'sign-flip' } }),
      /nobody hears anybody.* dpsgd/,
    ],
    ['a loss of everything', async () => ({ recipe: consensus(), peers: 4, loss: 1 }), /below 1/],
    ['nobody who is there', async () => ({ recipe: consensus(), peers: 4, churn: 1 }), /below 1/],
    ['no bandwidth', async () => ({ recipe: consensus(), peers: 4, bandwidth: { host: 0 } }), /above 0/],
    [
      'stragglers that are nobody',
      async () => ({ recipe: consensus(), peers: 4, stragglers: { share: 0.01 } }),
      /0\.25/,
    ],
    [
      'churn of somebody else',
      async () => ({ recipe: consensus(), peers: 4, churn: [{ time: 1, peer: 4, up: false }] }),
      /0 to 3 work/,
    ],
    [
      'momentum in a plain problem',
      async () => ({ recipe: quadratics({ training: { momentum: 0.9 } }), peers: 4 }),
      /momentum 0/,
    ],
    [
      'a directed graph under D²',
      async () => ({ recipe: quadratics({ averaging: { rule: 'd2', topology: 'exponential' } }), peers: 8 }),
      /symmetric/,
    ],
    [
      'losses under CHOCO',
      async () => ({ recipe: consensus({ rule: 'choco' }), peers: 8, loss: 0.1 }),
      /every message/,
    ],
    [
      'more than one memory holds',
      async () => ({
        recipe: { ...consensus(), model: { name: 'vector', shape: [1_000_000], classes: 0 } },
        peers: 5_000,
      }),
      /the most that works is \d+ peers/,
    ],
    [
      'vectors of which no memory holds one',
      async () => ({ recipe: consensusIn(9_000_000_000), peers: 2 }),
      /the most that works is \d+ parameters/,
    ],
    [
      'vectors that only their mean is too much for',
      async () => ({ recipe: consensusIn(300_000_000, 'none'), peers: 2 }),
      /the most that works is [12]\d{8} parameters|the most that works is 1 peers/,
    ],
  ])('%s', async (_what, options, message) => {
    await expect(run(await options())).rejects.toThrow(message)
  })
})
