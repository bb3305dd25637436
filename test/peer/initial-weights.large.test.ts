import { join } from 'node:path'
import { expect, test } from 'vitest'
import { encodeSafetensors } from '../../src/parameters/safetensors.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { blobs, start, warmHearsay } from './command-line.ts'

const folder = temporaryFolder()
const data = ['--data', `csv:${folder.write('blobs.csv', blobs())}`]
const kernel = { name: 'logits/kernel', shape: [2, 2], data: new Float32Array(4).fill(0.25) }
const bias = { name: 'logits/bias', shape: [2], data: new Float32Array(2) }
const weights = folder.write('weights.safetensors', encodeSafetensors({ tensors: [kernel, bias], metadata: {} }))

test('of two peers one has the weights that the recipe begins from, and both begin from them', async () => {
  const recipe = join(folder.path, 'recipe.json')
  // Not standardised, or both would wait for one another first, to agree on how samples are.
  const flags = ['--yes', '--membership', 'open', '--model', 'linear', '--steps', '20', '--no-standardise']
  const made = await warmHearsay('init', ...flags, '--out', recipe, ...data, '--from', weights)
  expect(made.code, made.stderr).toBe(0)

  const loopback = ['--listen', '/ip4/127.0.0.1/tcp/0', '--no-mdns']
  const without = start(['peer', recipe, ...data, ...loopback])
  await without.printed(/nobody has the weights that the recipe begins from yet; give them with --from FILE/)
  await without.printed(/--connect \S+\n/)
  const address = /--connect (\S+)/.exec(without.soFar().stderr)?.[1] as string
  const having = start(['peer', recipe, ...data, ...loopback, '--from', weights, '--connect', address])
  const ended = await Promise.all([without.finished, having.finished])
  expect(
    ended.map(({ code }) => code),
    ended.map(({ stderr }) => stderr).join('\n'),
  ).toEqual([0, 0])
  const sealed = ended.map(({ stderr }) => /sealed on\s+([0-9a-f]{64})/.exec(stderr)?.[1])
  expect(sealed[0]).toMatch(/^[0-9a-f]{64}$/)
  expect(sealed[1]).toBe(sealed[0])
})
