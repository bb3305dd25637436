import { cpSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPeer, exportModel, loadModel } from '../../src/index.ts'
import { encodeModel } from '../../src/library/encode-model.ts'
import { ModuleNotAllowedError, programOf } from '../../src/library/module-permission.ts'
import { parseRecipe } from '../../src/recipe/recipe.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const { path, write } = temporaryFolder()
const PROGRAM = `export default ({ layers, shape, classes }) => layers.sequential({
  layers: [layers.layers.flatten({ inputShape: shape }), layers.layers.dense({ units: classes, name: 'only' })],
})`
const program = write('model.mjs', PROGRAM)
const recipe = { model: { name: `module:${program}` }, training: { steps: 2 } }
const state = join(path, 'state')
const saved = join(path, 'saved.safetensors')

beforeAll(async () => {
  // An object is the program's own: nobody else has written it.
  const peer = await createPeer({ recipe, state, alone: true, network: { mdns: false } })
  try {
    await peer.start()
    await peer.untilConsensus()
    const { layout, swarm, frozen } = peer
    const { step, age } = peer.status()
    const parts = { recipe: peer.recipe, swarm, layout, frozen, parameters: peer.parameters(), step, age }
    writeFileSync(saved, encodeModel({ ...parts, statistics: undefined }))
  } finally {
    await peer.stop()
  }
})

afterAll(() => write('model.mjs', PROGRAM))

const load = async (from: string, options = {}) => (await loadModel(from, options)).dispose()

test('a model in a file does not run the program that it names, unless that is allowed', async () => {
  await expect(load(saved)).rejects.toThrow(ModuleNotAllowedError)
  await expect(load(saved)).rejects.toThrow(`${saved} runs the program ${program} with all your rights`)
  await load(saved, { allowModule: true })
})

test('a state remembers the program that ran on it, for its owner alone, and no other one', async () => {
  await load(state)
  expect(statSync(join(state, 'allowed-modules.json')).mode & 0o777).toBe(0o600)
  writeFileSync(program, `${PROGRAM}\n// and something else`)
  await expect(load(state)).rejects.toThrow(ModuleNotAllowedError)
  writeFileSync(program, PROGRAM)
  await load(state)
})

test('what a state remembers does not hold in a copy, which somebody may have made to be handed on', async () => {
  const copy = join(path, 'copy')
  cpSync(state, copy, { recursive: true })
  expect(readFileSync(join(copy, 'allowed-modules.json'), 'utf8')).toContain('modules')
  await expect(load(copy)).rejects.toThrow(ModuleNotAllowedError)
  const to = (name: string) => join(path, name)
  await expect(exportModel({ state: copy, to: to('refused.onnx') })).rejects.toThrow(ModuleNotAllowedError)
  await exportModel({ state: copy, to: to('allowed.onnx'), allowModule: true })
  // The parameters alone need no model.
  await exportModel({ state: copy, to: to('parameters.safetensors') })
})

test('only a model that is a module, and is trained, is a program', () => {
  const named = (name: string, objective = {}) => programOf(parseRecipe({ model: { name, classes: 10 }, objective }))
  expect([named('module:a/b.mjs'), named('tfjs:a/model.json'), named('cnn')]).toEqual(['a/b.mjs', undefined, undefined])
  expect(named('module:a.mjs', { task: 'consensus' })).toBeUndefined()
})
