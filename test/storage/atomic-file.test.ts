import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { WriteError, writeAtomically } from '../../src/storage/atomic-file.ts'
import { temporaryFolders } from './temporary-folder.ts'

const newFolder = temporaryFolders()
const permissions = (file: string) => statSync(file).mode & 0o777

describe('a file that is written atomically', () => {
  test('has the new content, and nothing is left beside it', async () => {
    const folder = newFolder()
    const file = join(folder, 'model')
    for (const content of ['first', Uint8Array.of(0x6e, 0x65, 0x77)]) await writeAtomically(file, content)
    expect(readFileSync(file, 'utf8')).toBe('new')
    expect(readdirSync(folder)).toEqual(['model'])
  })

  test('keeps the old content when the write fails, and nothing is left beside it', async () => {
    const folder = newFolder()
    const file = join(folder, 'model')
    await writeAtomically(file, 'old')
    // Fails once the file beside it is open: no content that a file could have.
    const unwritable = { length: 3 } as unknown as Uint8Array
    await expect(writeAtomically(file, unwritable)).rejects.toThrow(WriteError)
    expect(readFileSync(file, 'utf8')).toBe('old')
    expect(readdirSync(folder)).toEqual(['model'])
  })

  test('leaves nothing beside a name that cannot be replaced', async () => {
    const folder = newFolder()
    const file = join(folder, 'model')
    mkdirSync(file)
    await expect(writeAtomically(file, 'new')).rejects.toThrow('EISDIR')
    expect(readdirSync(folder)).toEqual(['model'])
  })

  test('takes the place of what a process killed in the middle left beside it', async () => {
    const folder = newFolder()
    const file = join(folder, 'model')
    writeFileSync(`${file}.part`, 'half of a mod')
    await writeAtomically(file, 'whole')
    expect(readFileSync(file, 'utf8')).toBe('whole')
    expect(readdirSync(folder)).toEqual(['model'])
  })

  test.runIf(process.platform !== 'win32')('has the permissions it is given, whatever was there before', async () => {
    const file = join(newFolder(), 'key')
    for (const there of [file, `${file}.part`]) {
      writeFileSync(there, 'open to all')
      chmodSync(there, 0o666)
    }
    await writeAtomically(file, 'secret', 0o600)
    expect(permissions(file)).toBe(0o600)
  })
})
