import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { WriteError } from '../../src/storage/atomic-file.ts'
import { writeFolderAtomically } from '../../src/storage/atomic-folder.ts'
import { temporaryFolders } from './temporary-folder.ts'

const newFolder = temporaryFolders()

test('a folder is there with all its files, and nothing is left beside it', async () => {
  const parent = newFolder()
  await writeFolderAtomically(join(parent, 'made'), [
    { name: 'a', content: 'one' },
    { name: 'b', content: Uint8Array.of(1, 2) },
  ])
  expect(readdirSync(parent)).toEqual(['made'])
  expect(readFileSync(join(parent, 'made', 'a'), 'utf8')).toBe('one')
  expect([...readFileSync(join(parent, 'made', 'b'))]).toEqual([1, 2])
})

test('a folder may be named with a slash behind', async () => {
  const parent = newFolder()
  await writeFolderAtomically(`${join(parent, 'made')}/`, [{ name: 'a', content: 'one' }])
  expect(readdirSync(parent)).toEqual(['made'])
  expect(readdirSync(join(parent, 'made'))).toEqual(['a'])
})

test('what a killed process left beside it is no hindrance, and does not get in', async () => {
  const parent = newFolder()
  mkdirSync(join(parent, 'made.part'))
  writeFileSync(join(parent, 'made.part', 'old'), '')
  await writeFolderAtomically(join(parent, 'made'), [{ name: 'a', content: 'one' }])
  expect(readdirSync(join(parent, 'made'))).toEqual(['a'])
})

test('a folder that cannot be written as a whole is not written in part', async () => {
  const parent = newFolder()
  const writing = writeFolderAtomically(join(parent, 'made'), [
    { name: 'a', content: 'one' },
    { name: 'no/such/folder', content: 'two' },
  ])
  await expect(writing).rejects.toThrow(WriteError)
  expect(readdirSync(parent)).toEqual([])
})

test('a folder that holds something stays as it is', async () => {
  const parent = newFolder()
  mkdirSync(join(parent, 'mine'))
  writeFileSync(join(parent, 'mine', 'a'), 'mine')
  const writing = writeFolderAtomically(join(parent, 'mine'), [{ name: 'a', content: 'other' }])
  await expect(writing).rejects.toThrow(WriteError)
  expect(readFileSync(join(parent, 'mine', 'a'), 'utf8')).toBe('mine')
  expect(readdirSync(parent)).toEqual(['mine'])
})
