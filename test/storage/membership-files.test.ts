import { chmodSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { membershipFiles } from '../../src/storage/membership-files.ts'
import { openStateDirectory, type StateDirectory, StateError } from '../../src/storage/state-directory.ts'
import { temporaryFolders } from './temporary-folder.ts'

const newFolder = temporaryFolders()
let state: StateDirectory | undefined
afterEach(async () => {
  await state?.release()
  state = undefined
})

/** A state that a peer has, and what another process sees of it. */
async function takenState() {
  const path = newFolder()
  state = await openStateDirectory(path)
  return { path, files: membershipFiles(path) }
}

test('a new state has nothing, and makes no folder for it', async () => {
  const { path, files } = await takenState()
  expect(await files.identity()).toBeUndefined()
  expect(await files.recipe()).toBeUndefined()
  expect(await files.pass()).toBeUndefined()
  expect(await files.revocations()).toEqual(new Map())
  expect(readdirSync(path)).toEqual(['lock'])
})

test('what a peer keeps is there for others that do not have its folder', async () => {
  const { path, files } = await takenState()
  await state?.identity(async () => Uint8Array.of(1, 2))
  await state?.keepRecipe('{}')
  await files.keepPass('hearsay-key-a')
  await files.keepPass('hearsay-key-b')
  const others = membershipFiles(path)
  expect([...((await others.identity()) ?? [])]).toEqual([1, 2])
  expect(await others.recipe()).toBe('{}')
  expect(await others.pass()).toBe('hearsay-key-b\n')
})

test('revocations are added side by side, each once, read once, and dropped', async () => {
  const { path, files } = await takenState()
  const others = membershipFiles(path)
  await files.addRevocation(Uint8Array.of(1))
  await Promise.all([others.addRevocation(Uint8Array.of(2)), others.addRevocation(Uint8Array.of(3))])
  await others.addRevocation(Uint8Array.of(1))
  const found = await files.revocations()
  expect([...found.values()].map(([byte]) => byte).sort()).toEqual([1, 2, 3])
  const [first] = found.keys()
  expect((await files.revocations(new Set([first]))).size).toBe(2)
  await files.dropRevocation(first)
  await files.dropRevocation(first)
  expect((await files.revocations()).size).toBe(2)
})

test.runIf(process.platform !== 'win32')('they are for their owner alone', async () => {
  const { path, files } = await takenState()
  await files.keepPass('hearsay-key-a')
  await files.addRevocation(Uint8Array.of(1))
  const folder = join(path, 'revocations')
  const [revocation] = readdirSync(folder)
  const modes = [join(path, 'membership'), folder, join(folder, revocation)].map(file => statSync(file).mode & 0o777)
  expect(modes).toEqual([0o600, 0o700, 0o600])
})

test.runIf(process.platform !== 'win32')(
  'a key that others could read is closed to them, and its owner told',
  async () => {
    const path = newFolder()
    writeFileSync(join(path, 'membership'), 'hearsay-key-a')
    chmodSync(join(path, 'membership'), 0o644)
    chmodSync(path, 0o755)
    const warnings: string[] = []
    state = await openStateDirectory(path, message => warnings.push(message))
    expect(statSync(join(path, 'membership')).mode & 0o777).toBe(0o600)
    expect(warnings.join('; ')).toContain(`${join(path, 'membership')} could be read by others`)
  },
)

test('a revocation that was changed is told by its file, and one half written is not read', async () => {
  const { path, files } = await takenState()
  await files.addRevocation(Uint8Array.of(1))
  const folder = join(path, 'revocations')
  const [revocation] = readdirSync(folder)
  writeFileSync(join(folder, `${'0'.repeat(64)}.part`), 'half')
  expect((await files.revocations()).size).toBe(1)
  writeFileSync(join(folder, revocation), Uint8Array.of(3))
  await expect(files.revocations()).rejects.toThrow(StateError)
  await expect(files.revocations()).rejects.toThrow(`${join(folder, revocation)} is damaged: remove it`)
})

test('what is no file is not read', async () => {
  const { path, files } = await takenState()
  mkdirSync(join(path, 'membership'))
  await expect(files.pass()).rejects.toThrow(/membership cannot be read: .* is a folder/)
  symlinkSync(join(path, 'lock'), join(path, 'identity'))
  await expect(files.identity()).rejects.toThrow(/identity cannot be read: .* is a symbolic link/)
})
