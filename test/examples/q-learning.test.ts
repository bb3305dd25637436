import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { createAgent } from '../../examples/q-learning/agent.ts'
import { entry, solved, TABLE_LENGTH } from '../../examples/q-learning/table.ts'
import { inRegion, isGoal, MOVES, neighbour, REGIONS, starts } from '../../examples/q-learning/world.ts'

const PROGRAM = fileURLToPath(new URL('../../examples/q-learning/main.ts', import.meta.url))
const DEADLINE_MS = 90_000

function run(): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [PROGRAM], { timeout: DEADLINE_MS, killSignal: 'SIGKILL' })
  const printed = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      printed[name] += text
    })
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', code => resolve({ code, ...printed }))
  })
}

test(
  'agents that gossip find the way from everywhere; alone, or merged once, they do not',
  async () => {
    const { code, stdout, stderr } = await run()
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const solvedBy = new Map(
      [...stdout.matchAll(/^(.+?) +leads to the goal from (\d+) of 108 cells$/gm)].map(([, who, cells]) => [
        who,
        Number(cells),
      ]),
    )
    expect(solvedBy.get('the table that they gossiped')).toBe(108)
    for (const who of ['agent 1 alone', 'agent 2 alone', 'agent 3 alone', 'agent 4 alone', 'their mean, merged once']) {
      expect(solvedBy.get(who)).toBeLessThan(30)
    }
    const drawn = stdout.split('\n\n')[1]
    expect(drawn).toMatch(/^([↑→↓←█G] ){14}/)
    expect(drawn).not.toContain('·')
  },
  DEADLINE_MS,
)

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
