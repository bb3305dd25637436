import { expect, test } from 'vitest'
import { createAgent } from '../../examples/q-learning/agent.ts'
import { entry, solved, TABLE_LENGTH } from '../../examples/q-learning/table.ts'
import { inRegion, isGoal, MOVES, neighbour, REGIONS, starts } from '../../examples/q-learning/world.ts'

test('an agent changes nothing but what moves are worth in its own region', async () => {
  for (let region = 1; region <= REGIONS; region++) {
    const table = Float32Array.from({ length: TABLE_LENGTH }, () => 0.5)
    const { update } = await createAgent(region).train(table, 20)
    const elsewhere = starts.filter(cell => !inRegion(cell, region))
    expect(elsewhere.flatMap(cell => MOVES.map((_, move) => update[entry(cell, move)]))).toEqual(
      new Array(elsewhere.length * MOVES.length).fill(0),
    )
    expect(update.some(value => value !== 0)).toBe(true)
  }
})

test('an exchange that comes while an agent walks is not undone by its update', async () => {
  const parameters = new Float32Array(TABLE_LENGTH)
  const training = createAgent(1).train(parameters, 1)
  parameters.fill(0.25)
  const { update } = await training
  expect(update.every(value => value === 0)).toBe(true)
})

test('a table of the true values solves the world, one of zeros does not', () => {
  const distance = new Map(starts.map(cell => [cell, Number.POSITIVE_INFINITY]))
  const far = (cell: number) => (isGoal(cell) ? 0 : (distance.get(cell) ?? Number.POSITIVE_INFINITY))
  for (let sweep = 0; sweep < starts.length; sweep++) {
    for (const cell of starts) distance.set(cell, 1 + Math.min(...MOVES.map((_, move) => far(neighbour(cell, move)))))
  }
  const table = new Float32Array(TABLE_LENGTH)
  for (const cell of starts) {
    for (const move of MOVES.keys()) table[entry(cell, move)] = 0.97 ** far(neighbour(cell, move))
  }
  expect(solved(table).size).toBe(starts.length)
  expect(solved(new Float32Array(TABLE_LENGTH)).size).toBeLessThan(starts.length / 10)
})
