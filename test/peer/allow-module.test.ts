import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../temporary-folder.ts'
import { warmHearsay } from './command-line.ts'

const folder = temporaryFolder()
const ran = join(folder.path, 'ran.txt')
/** Leaves a mark where it runs. */
const program = folder.write(
  'program.mjs',
  `import { appendFileSync } from 'node:fs'
  appendFileSync(${JSON.stringify(ran)}, 'ran')
  export default ({ layers, shape, classes }) => layers.sequential({
    layers: [layers.layers.flatten({ inputShape: shape }), layers.layers.dense({ units: classes, name: 'only' })],
  })`,
)
const recipe = folder.write(
  'recipe.json',
  JSON.stringify({ model: { name: `module:${program}` }, training: { steps: 4 } }),
)
const refusal = (source: string) =>
  `hearsay: ${source} runs the program ${program} with all your rights: look at it, and then allow it with --allow-module`
const hasRun = () => {
  try {
    return readFileSync(ran, 'utf8') !== ''
  } catch {
    return false
  }
}
const alone = ['--alone', '--no-mdns', '--listen', '/ip4/127.0.0.1/tcp/0']

test('a program that a file names does not run unless it is allowed, by any command', async () => {
  const sweep = folder.write(
    'sweep.json',
    JSON.stringify({ base: { peers: 2, rounds: 1, model: `module:${program}` }, grid: { seed: [1, 2] } }),
  )
  const data = folder.write(
    'data.json',
    JSON.stringify({ base: { peers: 2, rounds: 1, data: `module:${program}` }, grid: { seed: [1, 2] } }),
  )
  const results = ['--out', join(folder.path, 'results')]
  const commands: [string[], string][] = [
    [['peer', recipe, ...alone, '--state', join(folder.path, 'never')], recipe],
    [['swarm', recipe, '--peers', '2'], recipe],
    [['simulate', recipe, '--peers', '2'], recipe],
    [['simulate', '--sweep', sweep, ...results], sweep],
    [['simulate', '--sweep', data, ...results], data],
  ]
  for (const [command, source] of commands) {
    const { code, stdout, stderr } = await warmHearsay(...command)
    expect([code, stdout, stderr.trim().split('\n').length]).toEqual([2, '', 1])
    expect(stderr).toContain(refusal(source))
  }
  const inspected = await warmHearsay('inspect', recipe, '--json')
  expect(JSON.parse(inspected.stdout)).toMatchObject({ kind: 'recipe', runs: program })
  expect((await warmHearsay('inspect', recipe)).stdout).toContain(`${program}, with all your rights`)
  expect(hasRun()).toBe(false)
})

test('a peer’s state remembers the program that was allowed; a model that was typed is allowed', {
  timeout: 240_000,
}, async () => {
  const state = ['--state', join(folder.path, 'me')]
  const first = await warmHearsay('peer', recipe, ...alone, ...state, '--allow-module')
  expect(first.code, first.stderr).toBe(0)
  const again = await warmHearsay('peer', recipe, ...alone, ...state)
  expect(again.code, again.stderr).toBe(0)
  const evaluated = await warmHearsay('evaluate', ...state, '--data', 'digits')
  expect(evaluated.code, evaluated.stderr).toBe(0)
  const typed = await warmHearsay('simulate', recipe, '--peers', '2', '--rounds', '1', '--model', `module:${program}`)
  expect(typed.code, typed.stderr).toBe(0)
})
