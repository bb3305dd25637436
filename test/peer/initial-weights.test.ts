import { cpSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { encodeSafetensors } from '../../src/parameters/safetensors.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { blobs, hearsay, warmHearsay } from './command-line.ts'

const folder = temporaryFolder()
const data = ['--data', `csv:${folder.write('blobs.csv', blobs())}`]
const loopback = ['--listen', '/ip4/127.0.0.1/tcp/0', '--no-mdns']

/** A file with weights of a linear model of two features and so many classes. */
function write(name: string, value: number, classes = 2): string {
  const tensors = [
    { name: 'logits/kernel', shape: [2, classes], data: new Float32Array(2 * classes).fill(value) },
    { name: 'logits/bias', shape: [classes], data: new Float32Array(classes) },
  ]
  return folder.write(name, encodeSafetensors({ tensors, metadata: {} }))
}

const weights = write('weights.safetensors', 0.25)

async function init(out: string, ...flags: readonly string[]) {
  const model = ['--model', 'linear', '--steps', '20']
  return await warmHearsay(
    'init',
    '--yes',
    '--membership',
    'open',
    '--out',
    join(folder.path, out),
    ...data,
    ...model,
    ...flags,
  )
}

test('init puts the hash of the weights into the recipe, and not where they lie', async () => {
  const { code, stdout, stderr } = await init('begun.json', '--from', weights)
  expect(code, stderr).toBe(0)
  const text = readFileSync(join(folder.path, 'begun.json'), 'utf8')
  expect(JSON.parse(text).start.from).toMatch(/^[0-9a-f]{64}$/)
  expect(text).not.toContain('weights.safetensors')
  expect(stdout).toContain(`--from ${weights}\npeers without --from fetch the weights from those that have them\n`)
})

test('init refuses weights that do not fit, with what differs', async () => {
  const { code, stderr } = await init('misfit.json', '--from', write('wide.safetensors', 0.25, 9))
  expect(code).toBe(2)
  expect(stderr).toMatch(
    /wide\.safetensors does not fit the recipe's model, .*logits\/kernel has the shape \[2, \d+\] instead of/,
  )
})

test.concurrent('a peer refuses another file than that of its recipe, by both hashes', async () => {
  const recipe = join(folder.path, 'other.json')
  await init('other.json', '--from', weights)
  const { from } = JSON.parse(readFileSync(recipe, 'utf8')).start
  const wrong = await hearsay('peer', recipe, ...data, ...loopback, '--from', write('wrong.safetensors', 0.5))
  expect(wrong.code).toBe(2)
  expect(wrong.stderr).toMatch(
    new RegExp(`wrong\\.safetensors has the weights [0-9a-f]{64}, the recipe begins from ${from}`),
  )
})

test.concurrent('swarm and simulate begin from a file, with or without a recipe', async () => {
  const hashes = new Set<string>()
  const begun = ['--model', 'linear', '--steps', '10', '--from', weights, '--json']
  for (const run of [
    ['simulate', ...data, '--peers', '2'],
    // A table of its own for each peer.
    ['swarm', ...data, ...data],
  ]) {
    const { code, stdout, stderr } = await warmHearsay(...run, ...begun)
    expect(code, stderr).toBe(0)
    hashes.add(JSON.parse(stdout).recipe.start.from)
  }
  expect(hashes.size).toBe(1)
  await init('swarm.json', '--from', weights)
  const missing = await warmHearsay('simulate', join(folder.path, 'swarm.json'), ...data, '--peers', '2')
  expect([missing.code, missing.stderr]).toEqual([
    2,
    expect.stringContaining('give the file that has them, with --from FILE'),
  ])
})

test.concurrent("a peer names its own copy of the model's file, and a file that is another is refused", async () => {
  const source = (units: string) => `export default ({ layers, shape, classes }) => layers.sequential({
    layers: [layers.layers.dense({ name: 'only', units: ${units}, inputShape: shape })],
  })`
  const theirs = folder.write('theirs.mjs', source('classes'))
  const recipe = join(folder.path, 'module.json')
  const flags = ['--model', `module:${theirs}`, '--steps', '5', '--rule', 'none']
  const made = await warmHearsay('init', '--yes', '--membership', 'open', '--out', recipe, ...data, ...flags)
  expect(made.code, made.stderr).toBe(0)
  mkdirSync(join(folder.path, 'mine'))
  const mine = join(folder.path, 'mine', 'copy.mjs')
  cpSync(theirs, mine)
  folder.write('theirs.mjs', source('classes + 0'))

  const refused = await hearsay('peer', recipe, ...data, ...loopback, '--allow-module')
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('--model-file FILE says where it lies')])
  const [state, saved] = ['state', 'saved.safetensors'].map(name => join(folder.path, name))
  const kept = ['--state', state, '--save', saved]
  const { code, stderr } = await hearsay(
    'peer',
    recipe,
    ...data,
    ...loopback,
    '--model-file',
    mine,
    ...kept,
    '--allow-module',
  )
  expect(code, stderr).toBe(0)

  // Nor need whoever uses the model have it in that place.
  const moved = join(folder.path, 'moved.mjs')
  renameSync(mine, moved)
  const out = (name: string) => join(folder.path, name)
  for (const command of [
    ['predict', saved, ...data, '--out', out('predicted.csv')],
    ['evaluate', saved, ...data],
    ['export', '--state', state, '--to', out('exported.onnx')],
  ]) {
    const lost = await warmHearsay(...command, '--allow-module')
    expect([lost.code, lost.stderr]).toEqual([2, expect.stringContaining('--model-file FILE says where')])
    // The state remembers what ran on it; a file that was handed on does not.
    const allowed = command.includes('--state') ? [] : ['--allow-module']
    const found = await warmHearsay(...command, '--model-file', moved, ...allowed)
    expect(found.code, found.stderr).toBe(0)
  }
})
