import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parseRecipe, recipeHash } from '../../src/recipe/recipe.ts'
import { readState } from '../../src/storage/state-directory.ts'
import { temporaryFolder } from '../temporary-folder.ts'
import { warmHearsay } from './command-line.ts'

/** The state of a peer of 0.1 that was killed while it trained: with a journal, and a frame in doubt. */
const STATE = fileURLToPath(new URL('../fixtures/0.1/state', import.meta.url))
const PARAMETERS = 'c6aa104f5b775b8e8902f60654bfc4bb216f9a11f2a751fa35ef876052db3393'
const PEER = '12D3KooWPR344P38NNLVPZ5nYTAFyvuq2TxMZRuaA6gGR8tNXwYg'

const { path } = temporaryFolder()

test('a state of 0.1 is read with what its journal adds, and belongs to the swarm of its recipe', async () => {
  const { checkpoint, recipe } = await readState(STATE)
  expect(checkpoint).toMatchObject({ peer: PEER, step: 5300, age: 5300, sealed: undefined })
  expect(checkpoint.doubts).toHaveLength(1)
  expect(Object.keys(checkpoint.trainer.tensors)).not.toHaveLength(0)
  expect(recipeHash(parseRecipe(JSON.parse(recipe ?? '')))).toBe(checkpoint.swarm)
})

test('inspect shows a state of 0.1 as the recipe that it was made with', async () => {
  const [checkpoint, recipe] = await Promise.all(
    ['checkpoint.safetensors', 'recipe.json'].map(name => warmHearsay('inspect', join(STATE, name), '--json')),
  )
  expect(checkpoint).toMatchObject({ code: 0, stderr: '' })
  expect(JSON.parse(checkpoint.stdout)).toMatchObject({
    peer: PEER,
    parametersHash: PARAMETERS,
    open: { decided: 0, inDoubt: 1 },
  })
  expect(recipe).toMatchObject({ code: 0, stderr: '' })
  expect(JSON.parse(recipe.stdout).swarm).toBe(JSON.parse(checkpoint.stdout).swarm)
})

test('the model of a state of 0.1 is exported', async () => {
  const file = join(path, 'model.safetensors')
  expect(await warmHearsay('export', '--state', STATE, '--to', file)).toMatchObject({ code: 0, stderr: '' })
  const { decodeSafetensors } = await import('../../src/parameters/safetensors.ts')
  const { tensors, metadata } = decodeSafetensors(readFileSync(file))
  expect(metadata.parametersHash).toBe(PARAMETERS)
  expect(tensors.map(({ name }) => name)).toEqual(['logits/kernel', 'logits/bias'])
})
