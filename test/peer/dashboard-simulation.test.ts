import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createBoard } from '../../peer/dashboard/board.ts'
import { MOST_FRAME_LINKS, MOST_FRAMES } from '../../peer/dashboard/constants.ts'
import type { Now } from '../../peer/dashboard/told.ts'
import { watchSimulationOn } from '../../peer/dashboard/watch-simulation.ts'
import { LOOK_MS } from '../../peer/serving/constants.ts'
import { type ExchangeOutcome, recipeHash } from '../../src/index.ts'
import { agreementSlope, type RoundResult, type RunResult, type RunStart, simulate } from '../../src/public/simulate.ts'

/** Six peers that average for so many rounds: the rounds, what was told before the first, and the result. */
async function averageForRounds(rounds: number, { rule = 'dpsgd', topology = 'ring', edges }: Averaging = {}) {
  const told: RoundResult[] = []
  let started: RunStart | undefined
  const result = await simulate({
    engine: 'matrix',
    recipe: {
      objective: { task: 'consensus' },
      model: { name: 'vector', shape: [20], classes: 0 },
      averaging: { rule, topology },
      training: { steps: 0 },
    },
    ...{ peers: 6, rounds, seed: 1, workers: 1, edges },
    onStart(start) {
      expect(told).toEqual([])
      started = start
    },
    onRound: round => told.push(round),
  })
  return { result, rounds: told, started: started as RunStart }
}

interface Averaging {
  readonly rule?: string
  readonly topology?: string
  readonly edges?: string
}

/** A board on which a run of six is watched. */
function watchOn(
  { recipe, edges }: Pick<RunResult, 'recipe' | 'edges'>,
  { engine = 'matrix', tellsExchanges = false, ids = undefined as readonly string[] | undefined } = {},
) {
  const board = createBoard('simulation')
  const swarm = recipeHash(recipe)
  const watch = watchSimulationOn(board, {
    ...{ recipe, swarm, peers: 6, engine, seed: 1, rounds: 8, tellsExchanges, edges, ids },
  })
  const lines = () => board.now().links.map(({ from, to }) => `${from.at(-1)}${to.at(-1)}`)
  const inUse = () =>
    board.now().links.flatMap(({ from, to, exchanges }) => (exchanges ? `${from.at(-1)}${to.at(-1)}` : []))
  return { board, watch, lines, inUse }
}

/** Six peers on a ring that average for so many rounds, watched. */
async function watchRing(rounds: number) {
  const { result, rounds: results, started } = await averageForRounds(rounds)
  const { board, watch } = watchOn(result)
  watch.start(started)
  for (const round of results) watch.round(round)
  const before = board.now()
  watch.end(result)
  return { board, result, before }
}

test('a simulation is shown round by round, with each of its peers and the graph of its topology', async () => {
  const { board, result, before } = await watchRing(8)
  expect(board.whole()).toMatchObject({ unit: 'rounds', title: 'simulation of 6 peers' })
  expect(before).toMatchObject({ at: 8, phase: 'averaging', steps: { done: 8, asked: 8 } })
  expect(board.now().phase).toBe('ended')
  const frames = board.history()
  expect(frames.map(({ at }) => at)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 8])
  for (const [i, { nodes, links }] of frames.slice(0, 9).entries()) {
    const meanSquare = nodes.reduce((sum, { distance }) => sum + (distance ?? 0) ** 2, 0) / 6
    expect(Math.sqrt(meanSquare)).toBeCloseTo(result.rounds[i].consensusDistance, 3)
    expect(links.map(({ from, to }) => `${from.at(-1)}${to.at(-1)}`).sort()).toEqual([
      '01',
      '05',
      '12',
      '23',
      '34',
      '45',
    ])
  }
  const { series } = board.whole()
  expect(series.distance).toEqual(result.rounds.map(({ round, consensusDistance }) => [round, consensusDistance]))
  // On a ring of six a round leaves at most two thirds: (1 + 2 cos 60°) / 3.
  const [[start, from], [end, to]] = series.theory
  expect((to / from) ** (1 / (end - start))).toBeCloseTo(2 / 3, 6)
})

test('the slope of averaging alone is there while a simulation runs, and is that of the whole run in the end', async () => {
  const { result, rounds, started } = await averageForRounds(8)
  const { board, watch } = watchOn(result)
  watch.start(started)
  watch.round(rounds[0])
  watch.round(rounds[1])
  const { consensusDistance } = rounds[0]
  expect(board.whole().series.theory).toEqual([
    [0, consensusDistance],
    [1, expect.closeTo((consensusDistance * 2) / 3, 6)],
  ])
  for (const round of rounds.slice(2)) watch.round(round)
  const theory = board.whole().series.theory
  expect([theory[0], theory.at(-1)]).toEqual(agreementSlope(result)?.points)
  expect(theory.map(([at]) => at)).toEqual(rounds.map(({ round }) => round))
})

test('a slope that is steep ends where nobody can be nearer, and not beside the rounds', async () => {
  // On a complete graph of six without one edge averaging leaves a sixth.
  const all = [0, 1, 2, 3, 4, 5].flatMap(a => [0, 1, 2, 3, 4, 5].filter(b => b > a).map(b => `${a} ${b}`))
  const { result, rounds, started } = await averageForRounds(40, {
    topology: 'file:all',
    edges: all.slice(1).join('\n'),
  })
  const { board, watch } = watchOn(result)
  watch.start(started)
  for (const round of rounds) watch.round(round)
  const theory = board.whole().series.theory
  expect(theory.at(-1)?.[0]).toBeLessThan(40)
  expect(theory.at(-1)).toEqual(agreementSlope(result)?.points[1])
})

test.each([
  { why: 'pairs average, not all at once', averaging: { rule: 'adpsgd' } },
  { why: 'the topology changes', averaging: { topology: 'one-peer-exponential' } },
])('there is no slope where there is none: $why', async ({ averaging }) => {
  const { result, rounds, started } = await averageForRounds(4, averaging)
  expect(started.spectralGap).toBe(result.spectralGap)
  const { board, watch } = watchOn(result)
  watch.start(started)
  for (const round of rounds) watch.round(round)
  expect(board.whole().series.theory).toBeUndefined()
})

describe('exchanges', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
  afterEach(() => void vi.useRealTimers())

  const exchange = (from: number, to: number, outcome: ExchangeOutcome = 'averaged') => ({ from, to, outcome })

  test('are shown with the next round, and then not again; those of which nothing came are not', async () => {
    const { result, rounds } = await averageForRounds(3)
    const { watch, lines, inUse } = watchOn(result, { tellsExchanges: true })
    watch.round(rounds[0])
    watch.exchange(exchange(1, 0))
    watch.exchange(exchange(0, 3))
    watch.exchange(exchange(3, 4, 'failed'))
    expect(inUse()).toEqual([])
    watch.round(rounds[1])
    // The second two know only some of the others, and stand on a smaller ring.
    expect(inUse()).toEqual(['01', '03'])
    expect(lines().length).toBe(7)
    watch.round(rounds[2])
    expect(inUse()).toEqual([])
  })

  test('within a round are told together, and not more often than once a look', async () => {
    const { result, rounds } = await averageForRounds(1)
    const { board, watch, inUse } = watchOn(result, { tellsExchanges: true })
    watch.round(rounds[0])
    let told = 0
    board.onNews(({ name }) => {
      if (name === 'now') told++
    })
    for (let i = 0; i < 3_000; i++) {
      vi.advanceTimersByTime(LOOK_MS / 1_000)
      watch.exchange(exchange(i % 5, (i % 5) + 1))
    }
    expect(told).toBe(3)
    expect(inUse()).toEqual(['01', '12', '23', '34', '45'])
  })

  test('are all that is drawn where the topology changes, and it is said so', async () => {
    const { result, rounds } = await averageForRounds(1, { topology: 'one-peer-exponential' })
    const { board, watch, lines, inUse } = watchOn(result, { tellsExchanges: true })
    watch.round(rounds[0])
    watch.exchange(exchange(4, 0))
    watch.round(rounds[1])
    expect([lines(), inUse()]).toEqual([['04'], ['04']])
    expect(board.now().aside).toMatch(/^By the topology one-peer-exponential .* changes .* have just exchanged\.$/)
  })
})

test('a topology from a file is drawn by the edges that the result has, and without them it is said why not', async () => {
  const { result, rounds } = await averageForRounds(1, { topology: 'file:own.txt', edges: '0 1\n1 2\n2 3\n3 4\n4 5\n' })
  const drawn = watchOn(result)
  drawn.watch.round(rounds[0])
  expect([drawn.lines(), drawn.board.now().aside]).toEqual([['01', '12', '23', '34', '45'], null])
  const { edges: _, ...old } = result
  const bare = watchOn(old)
  bare.watch.round(rounds[0])
  expect(bare.lines()).toEqual([])
  expect(bare.board.now().aside).toBe(
    'No lines are drawn: the edges were in the file own.txt, and the result does not have them.',
  )
})

test('real peers stand in the topology by their ids: in a result they are known, and before only who has exchanged', async () => {
  const { result, rounds } = await averageForRounds(1, { topology: 'chain' })
  const ids = ['f', 'a', 'e', 'b', 'd', 'c']
  const finished = watchOn(result, { engine: 'libp2p', ids })
  finished.watch.round(rounds[0])
  // The chain a, b, c, d, e, f.
  expect(finished.lines()).toEqual(['13', '35', '45', '24', '02'])
  const running = watchOn(result, { engine: 'libp2p', tellsExchanges: true })
  running.watch.round(rounds[0])
  expect(running.lines()).toEqual([])
  expect(running.board.now().aside).toMatch(/^Over libp2p .*: lines are between those that have just exchanged\.$/)
  running.watch.exchange({ from: 1, to: 3, outcome: 'averaged' })
  running.watch.round(rounds[1])
  expect(running.board.now().links).toEqual([{ from: 'peer 1', to: 'peer 3', by: 'exchange', exchanges: true }])
})

test('one that diverges ends so, with round and peer, and is still drawn', async () => {
  const { result, rounds } = await averageForRounds(2)
  const { board, watch } = watchOn(result)
  watch.round(rounds[0])
  // As when the mean is not finite any more.
  watch.round({ ...rounds[1], peerDistances: undefined })
  watch.end({ ...result, partial: { reason: 'diverged', round: 2, peer: 'peer-4' } })
  const { phase, diverged, nodes } = board.now()
  expect(phase).toBe('diverged')
  expect(diverged).toMatch(/^in round 2 the parameters of peer-4 were not finite/)
  expect(nodes.map(({ distance }) => distance)).toEqual([null, null, null, null, null, null])
  expect(nodes.filter(each => each.phase === 'diverged').map(({ id }) => id)).toEqual(['peer 4'])
  expect(board.history().at(-1)?.phase).toBe('diverged')
})

test('the history of a board is bounded, in its moments and in the connections of each', () => {
  const board = createBoard('swarm')
  const link = (i: number) => ({ from: `a${i}`, to: `b${i}`, by: 'connection' as const, exchanges: i % 3 === 0 })
  const state: Omit<Now, 'at'> = {
    ...{ phase: 'training', seal: null, waiting: null, joining: null, steps: null },
    ...{ nodes: [], neighbours: [], more: 0, target: null, diverged: null, aside: null },
    links: Array.from({ length: 10 * MOST_FRAME_LINKS }, (_, i) => link(i)),
  }
  for (let i = 0; i < 3 * MOST_FRAMES; i++) board.become(state, i)
  const frames = board.history()
  expect(frames.length).toBeLessThanOrEqual(MOST_FRAMES)
  expect([frames[0].at, frames.at(-1)?.at]).toEqual([0, 3 * MOST_FRAMES - 1])
  for (const { links } of frames) {
    expect(links.length).toBe(MOST_FRAME_LINKS)
    expect(links.every(({ exchanges }) => exchanges)).toBe(true)
  }
})

test('of many connections a moment keeps those that are there before those that only may be', () => {
  const board = createBoard('peer')
  const some = (by: 'connection' | 'topology', count: number) =>
    Array.from({ length: count }, (_, i) => ({ from: `a${i}`, to: `b${i}`, by, exchanges: false }))
  board.become({ ...board.now(), links: [...some('connection', 200), ...some('topology', MOST_FRAME_LINKS)] }, 0)
  expect(board.history()[0].links.map(({ by }) => by)).toEqual(Array(200).fill('connection'))
})
