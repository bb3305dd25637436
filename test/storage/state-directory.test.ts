import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { WriteError } from '../../src/storage/atomic-file.ts'
import { openStateDirectory, type StateDirectory, StateError } from '../../src/storage/state-directory.ts'
import { checkpoint, layout } from '../../src/testing/sample-checkpoint.ts'
import { temporaryFolders } from './temporary-folder.ts'

const newFolder = temporaryFolders()
const opened: StateDirectory[] = []

async function open(folder: string): Promise<StateDirectory> {
  const state = await openStateDirectory(folder)
  opened.push(state)
  return state
}

afterEach(async () => {
  for (const state of opened.splice(0)) await state.release()
})

test('an identity is made once and is the same from then on', async () => {
  const folder = newFolder()
  const first = await open(folder)
  expect([...(await first.identity(async () => Uint8Array.of(1, 2, 3)))]).toEqual([1, 2, 3])
  await first.release()
  const second = await open(folder)
  expect([...(await second.identity(async () => Uint8Array.of(4)))]).toEqual([1, 2, 3])
})

test.runIf(process.platform !== 'win32')('an identity is for its owner alone, whatever a kill left there', async () => {
  const folder = newFolder()
  const state = await open(folder)
  writeFileSync(join(folder, 'identity.part'), '')
  chmodSync(join(folder, 'identity.part'), 0o666)
  await state.identity(async () => Uint8Array.of(1))
  expect(statSync(join(folder, 'identity')).mode & 0o777).toBe(0o600)
})

test('a new folder has no checkpoint, and one that was saved is found again', async () => {
  const folder = newFolder()
  const state = await open(folder)
  expect(await state.storage(layout).load()).toBeUndefined()
  await state.storage(layout).save({ ...checkpoint, step: 1 })
  await state.storage(layout).save(checkpoint)
  await state.release()
  expect(await (await open(folder)).storage(layout).load()).toEqual(checkpoint)
  expect(readdirSync(folder).sort()).toEqual(['checkpoint.safetensors', 'lock'])
})

test('a checkpoint that cannot be saved is told by its file', async () => {
  const state = await open(newFolder())
  mkdirSync(state.checkpointFile)
  const error = await state
    .storage(layout)
    .save(checkpoint)
    .catch(error => error)
  expect(error).toBeInstanceOf(WriteError)
  expect(error.message).toMatch(`${state.checkpointFile} cannot be written: EISDIR`)
})

test('a checkpoint that cannot be read is told by its file', async () => {
  const state = await open(newFolder())
  mkdirSync(state.checkpointFile)
  const error = await state
    .storage(layout)
    .load()
    .catch(error => error)
  expect(error).toBeInstanceOf(StateError)
  expect(error.message).toMatch(`${state.checkpointFile} cannot be read: EISDIR`)
})
