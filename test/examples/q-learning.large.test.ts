import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

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
