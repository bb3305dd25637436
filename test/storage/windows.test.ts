import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test, vi } from 'vitest'
import { writeAtomically } from '../../src/storage/atomic-file.ts'
import { writeFolderAtomically } from '../../src/storage/atomic-folder.ts'
import { LockedError, takeLock } from '../../src/storage/lock.ts'
import { temporaryFolders } from './temporary-folder.ts'

/** What the system refuses, as Windows and its file systems do; each with how often. */
const refused = vi.hoisted(() => ({ openFolder: 0, syncFolder: 0, rename: 0, link: 0 }))

vi.mock('node:fs/promises', async original => {
  const fs = await original<typeof import('node:fs/promises')>()
  const refuse = (what: keyof typeof refused, code: string) => {
    if (refused[what] <= 0) return
    refused[what]--
    throw Object.assign(new Error(`${code}: operation not permitted`), { code })
  }
  const open = async (...given: Parameters<typeof fs.open>) => {
    const isFolder = await fs.stat(given[0]).then(
      found => found.isDirectory(),
      () => false,
    )
    if (isFolder) refuse('openFolder', 'EISDIR')
    const handle = await fs.open(...given)
    if (isFolder) handle.sync = async () => refuse('syncFolder', 'EPERM')
    return handle
  }
  const rename: typeof fs.rename = async (from, to) => {
    refuse('rename', 'EPERM')
    await fs.rename(from, to)
  }
  const link: typeof fs.link = async (from, to) => {
    refuse('link', 'EPERM')
    await fs.link(from, to)
  }
  return { ...fs, default: fs, open, rename, link }
})

const ALWAYS = Number.POSITIVE_INFINITY
const newFolder = temporaryFolders()

beforeEach(() => {
  Object.assign(refused, { openFolder: 0, syncFolder: 0, rename: 0, link: 0 })
})

test.each(['openFolder', 'syncFolder'] as const)(
  'files and folders are written where the system refuses %s',
  async what => {
    refused[what] = ALWAYS
    const folder = newFolder()
    await writeAtomically(join(folder, 'file'), 'content')
    await writeFolderAtomically(join(folder, 'inner'), [{ name: 'file', content: 'inside' }])
    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('content')
    expect(readFileSync(join(folder, 'inner', 'file'), 'utf8')).toBe('inside')
  },
)

test('a file is replaced as soon as nobody has it open', async () => {
  const file = join(newFolder(), 'file')
  await writeAtomically(file, 'old')
  refused.rename = 3
  await writeAtomically(file, 'new')
  expect(readFileSync(file, 'utf8')).toBe('new')
})

test('one that is refused for good fails, and nothing is left beside it', async () => {
  const folder = newFolder()
  refused.rename = ALWAYS
  await expect(writeAtomically(join(folder, 'file'), 'new')).rejects.toThrow('EPERM')
  expect(readdirSync(folder)).toEqual([])
})

test('a lock is one peer’s where the file system has no links', async () => {
  refused.link = ALWAYS
  const file = join(newFolder(), 'lock')
  const release = await takeLock(file)
  await expect(takeLock(file)).rejects.toThrow(LockedError)
  await release()
  await (await takeLock(file))()
  expect(readdirSync(join(file, '..'))).toEqual([])
})

test('of many that want a lock without links, one has it', async () => {
  refused.link = ALWAYS
  const folder = join(newFolder(), 'shared')
  mkdirSync(folder)
  const wanted = await Promise.allSettled(Array.from({ length: 8 }, () => takeLock(join(folder, 'lock'))))
  expect(wanted.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
})
