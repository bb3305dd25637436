import { expect, test } from 'vitest'
import { createBoard } from '../../peer/dashboard/board.ts'
import { MOST_FRAME_LINKS, MOST_FRAMES } from '../../peer/dashboard/constants.ts'
import type { Now } from '../../peer/dashboard/told.ts'
import { watchSimulationOn } from '../../peer/dashboard/watch-simulation.ts'
import { recipeHash } from '../../src/index.ts'
import { type RoundResult, simulate } from '../../src/public/simulate.ts'

/** Six peers on a ring that average for so many rounds, watched. */
async function watchRing(rounds: number) {
  const board = createBoard('simulation')
  const results: RoundResult[] = []
  const options = {
    engine: 'matrix' as const,
    recipe: {
      objective: { task: 'consensus' as const },
      model: { name: 'vector', shape: [20], classes: 0 },
      averaging: { rule: 'dpsgd', topology: 'ring' },
      training: { steps: 0 },
    },
    ...{ peers: 6, rounds, seed: 1, workers: 1 },
  }
  const result = await simulate({ ...options, onRound: round => results.push(round) })
  const { recipe } = result
  const watch = watchSimulationOn(board, {
    recipe,
    swarm: recipeHash(recipe),
    peers: 6,
    engine: 'matrix',
    seed: 1,
    rounds,
  })
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

test('the history of a board is bounded, in its moments and in the connections of each', () => {
  const board = createBoard('swarm')
  const link = (i: number) => ({ from: `a${i}`, to: `b${i}`, exchanges: i % 3 === 0 })
  const state: Omit<Now, 'at'> = {
    ...{ phase: 'training', seal: null, waiting: null, joining: null, steps: null },
    ...{ nodes: [], neighbours: [], more: 0, target: null },
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
