import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Checkpoint } from '../../src/gossip/state/checkpoint.ts'
import { replay } from '../../src/gossip/state/journal.ts'
import type { JournalEntry } from '../../src/gossip/state/journal-entry.ts'
import { WriteError } from '../../src/storage/atomic-file.ts'
import { CheckpointFileError } from '../../src/storage/checkpoint-file.ts'
import { createCheckpointStorage } from '../../src/storage/checkpoint-storage.ts'
import { openStateDirectory, readState, type StateDirectory } from '../../src/storage/state-directory.ts'
import { readCheckpoint } from '../../src/storage/stored-checkpoint.ts'
import { checkpoint, layout } from '../../src/testing/sample-checkpoint.ts'
import { type Shelf, storageCompliance } from '../../src/testing/storage-compliance.ts'
import { temporaryFolders } from './temporary-folder.ts'

const newFolder = temporaryFolders()
const FILE = 'checkpoint.safetensors'

/** The files of a folder, without the lock, which would be that of a process that lives. */
function filesOf(folder: string): [string, Buffer][] {
  return readdirSync(folder)
    .filter(name => name === FILE || name.includes('journal'))
    .flatMap(name => {
      try {
        return [[name, readFileSync(join(folder, name))] as [string, Buffer]]
      } catch {
        // Removed a moment ago, or not a file.
        return []
      }
    })
}

function folderWith(files: readonly [string, Uint8Array][]): string {
  const folder = newFolder()
  for (const [name, content] of files) writeFileSync(join(folder, name), content)
  return folder
}

const scratch = newFolder()

/** The checkpoint that would be loaded from a folder with these files. One call at a time. */
async function loadFrom(files: readonly [string, Uint8Array][]): Promise<Checkpoint | undefined> {
  for (const name of readdirSync(scratch)) rmSync(join(scratch, name))
  for (const [name, content] of files) writeFileSync(join(scratch, name), content)
  return (await readCheckpoint(join(scratch, FILE)))?.checkpoint
}

const handle = await open(import.meta.filename)
const handles = Object.getPrototypeOf(handle) as typeof handle
const datasync = vi.spyOn(handles, 'datasync')
await handle.close()

let folder = newFolder()
let life: StateDirectory | undefined

const shelf: Shelf = {
  async open() {
    await life?.release()
    life = await openStateDirectory(folder)
    return life.storage(layout)
  },
  async run(body, look) {
    let over = false
    const result = body().finally(() => {
      over = true
    })
    const turn = () => {
      if (over) return
      look?.()
      setImmediate(turn)
    }
    if (look !== undefined) turn()
    return await result
  },
  capture() {
    const files = filesOf(folder)
    const content = files.map(([name, bytes]) => `${name}:${bytes.toString('base64')}`).join()
    return { content, load: () => loadFrom(files) }
  },
  flushes: () => datasync.mock.calls.length,
  async stop() {
    await life?.release()
    life = undefined
    folder = newFolder()
  },
}

describe('a folder is a storage that', () => {
  for (const { title, run } of storageCompliance(shelf)) test(title, run)
})

const opened: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close()
})

function storageIn(folder: string) {
  const storage = createCheckpointStorage(join(folder, FILE), layout)
  opened.push(storage)
  return storage
}

const entry = (frame: number): JournalEntry => ({
  type: 'prepared',
  id: 'x',
  partner: 'p',
  frame,
  first: 0,
  values: Float32Array.of(frame, 1, 2),
})
const base: Checkpoint = { ...checkpoint, decisions: [], doubts: [] }
const framesIn = (state: Checkpoint | undefined) => state?.doubts.map(({ frame }) => frame)

/** The files after three entries, flushed one by one, and where the last one begins in the journal. */
async function threeEntries(): Promise<{ rest: [string, Buffer][]; name: string; bytes: Buffer; last: number }> {
  const folder = newFolder()
  const storage = storageIn(folder)
  await storage.save(base)
  const journal = () => readFileSync(join(folder, 'checkpoint.journal-1'))
  await storage.append(entry(0))
  await storage.append(entry(1))
  const last = journal().length
  await storage.append(entry(2))
  return {
    rest: filesOf(folder).filter(([name]) => name === FILE),
    name: 'checkpoint.journal-1',
    bytes: journal(),
    last,
  }
}

describe('a journal', () => {
  test('that ends anywhere in its last entry is read up to there, and goes on from there', async () => {
    const { rest, name, bytes, last } = await threeEntries()
    for (let length = last; length < bytes.length; length++) {
      const files: [string, Buffer][] = [...rest, [name, bytes.subarray(0, length)]]
      expect(framesIn(await loadFrom(files))).toEqual([0, 1])
      // One flush for each would take long.
      if (length % 16 !== 5) continue
      const folder = folderWith(files)
      const storage = storageIn(folder)
      await storage.load()
      // Shorter than what was torn, or as long.
      await storage.append({ type: 'closed', id: '', partner: '', side: 'responder' })
      expect(framesIn(await loadFrom(filesOf(folder)))).toEqual([0, 1])
      await storage.append(entry(7))
      expect(framesIn(await loadFrom(filesOf(folder)))).toEqual([0, 1, 7])
    }
  })

  test('that ends anywhere in its beginning is empty', async () => {
    const { rest, name, bytes } = await threeEntries()
    for (let length = 0; length <= 32; length++) {
      expect(await loadFrom([...rest, [name, bytes.subarray(0, length)]])).toEqual(base)
    }
  })

  test('whose last entry never reached the disk, although there is room for it, is read up to there', async () => {
    const { rest, name, bytes, last } = await threeEntries()
    const blank = Buffer.from(bytes).fill(0, last)
    expect(framesIn(await loadFrom([...rest, [name, blank]]))).toEqual([0, 1])
    const torn = Buffer.from(bytes).fill(0, last + 48)
    expect(framesIn(await loadFrom([...rest, [name, torn]]))).toEqual([0, 1])
  })

  test('that was changed anywhere before its last entry is refused, by its name and the place', async () => {
    const { rest, name, bytes, last } = await threeEntries()
    for (let at = 0; at < last; at += 3) {
      const changed = Buffer.from(bytes)
      changed[at] ^= 0x10
      const error = await loadFrom([...rest, [name, changed]]).catch(error => error)
      expect(error).toBeInstanceOf(CheckpointFileError)
      expect(error.message).toMatch(/checkpoint\.journal-1 is damaged at byte \d+ of \d+: /)
    }
  })

  test('that was changed in its last entry is refused, or read without it, and never shows what nobody wrote', async () => {
    const { rest, name, bytes, last } = await threeEntries()
    for (let at = last; at < bytes.length; at += 3) {
      const changed = Buffer.from(bytes)
      changed[at] ^= 0x10
      const read = await loadFrom([...rest, [name, changed]]).catch(error => error)
      if (!(read instanceof CheckpointFileError)) expect(framesIn(read)).toEqual([0, 1])
    }
  })

  test.each([2 ** 32, 2 ** 50])('with a length of %d that lies allocates nothing for it', async length => {
    const { rest, name, bytes, last } = await threeEntries()
    const { crc32 } = await import('node:zlib')
    const lying = (at: number) => {
      const changed = Buffer.from(bytes)
      changed.writeBigUInt64LE(BigInt(length), at)
      changed.writeUInt32LE(crc32(changed.subarray(at, at + 12)), at + 12)
      return changed
    }
    expect(framesIn(await loadFrom([...rest, [name, lying(last)]]))).toEqual([0, 1])
    await expect(loadFrom([...rest, [name, lying(32)], ['checkpoint.journal-2', bytes]])).rejects.toThrow(
      'checkpoint.journal-1 is damaged at byte 32',
    )
  })

  test('that another one follows must be whole', async () => {
    const { rest, name, bytes } = await threeEntries()
    const cut = bytes.subarray(0, bytes.length - 1)
    await expect(loadFrom([...rest, [name, cut], ['checkpoint.journal-2', bytes]])).rejects.toThrow(
      'checkpoint.journal-1 is damaged at byte',
    )
  })

  test('under the name of another one is refused', async () => {
    const { rest, bytes } = await threeEntries()
    await expect(loadFrom([...rest, ['checkpoint.journal-2', bytes]])).rejects.toThrow(
      'checkpoint.journal-2 is damaged at byte 0',
    )
  })

  test('is refused beside an older checkpoint that was put back', async () => {
    const folder = newFolder()
    const storage = storageIn(folder)
    await storage.save(base)
    const old = filesOf(folder)
    await storage.save(base)
    await storage.append(entry(0))
    const journals = filesOf(folder).filter(([name]) => name !== FILE)
    await expect(loadFrom([...old, ...journals])).rejects.toThrow('comes after a later checkpoint')
  })

  test('whose entries do not fit the model is refused', async () => {
    const { rest } = await threeEntries()
    const folder = folderWith(rest)
    const storage = storageIn(folder)
    await storage.load()
    await storage.append({ ...entry(0), first: 4 } as JournalEntry)
    await expect(loadFrom(filesOf(folder))).rejects.toThrow('an entry of exchange x does not fit the model')
  })

  test('is removed when a checkpoint holds all of it', async () => {
    const folder = newFolder()
    const storage = storageIn(folder)
    await storage.save(base)
    writeFileSync(join(folder, 'checkpoint.journal-0'), 'left by a crash')
    await storage.append(entry(0))
    await storage.save(replay(base, [entry(0)]))
    expect(readdirSync(folder)).toEqual([FILE])
  })

  test('that cannot be written is told by its file, and takes nothing any more; checkpoints are still saved', async () => {
    const folder = newFolder()
    const storage = storageIn(folder)
    await storage.save(base)
    mkdirSync(join(folder, 'checkpoint.journal-1'))
    const error = await storage.append(entry(0)).catch(error => error)
    expect(error).toBeInstanceOf(WriteError)
    expect(error.message).toMatch(/checkpoint\.journal-1 cannot be written: EISDIR/)
    await expect(storage.append(entry(1))).rejects.toBe(error)
    await expect(storage.save({ ...base, step: 9 })).rejects.toThrow()
    expect((await readCheckpoint(join(folder, FILE)))?.checkpoint.step).toBe(9)
  })

  test.runIf(process.platform === 'linux')('is closed when the folder is released', async () => {
    const { readlinkSync } = await import('node:fs')
    const folder = newFolder()
    const openFiles = () =>
      readdirSync('/proc/self/fd').filter(fd => {
        try {
          return readlinkSync(`/proc/self/fd/${fd}`).startsWith(folder)
        } catch {
          return false
        }
      })
    const state = await openStateDirectory(folder)
    onTestFinished(() => state.release())
    const storage = state.storage(layout)
    await storage.save(base)
    await storage.append(entry(0))
    await storage.save(base)
    await storage.append(entry(0))
    const last = storage.append(entry(1))
    expect(openFiles()).toHaveLength(1)
    await state.release()
    await last
    expect(openFiles()).toEqual([])
    await expect(storage.append(entry(2))).rejects.toThrow('its folder was released')
  })

  test.each([0, 1])('is read again when a checkpoint replaced it meanwhile, with %d entries since', async since => {
    const folder = newFolder()
    const storage = storageIn(folder)
    await storage.save(base)
    await storage.append(entry(0))
    const real = handles.readFile
    const readFile = vi.spyOn(handles, 'readFile').mockImplementationOnce(async function (this: typeof handle) {
      const bytes = await real.call(this, null)
      await storage.save(replay(base, [entry(0)]))
      for (let frame = 1; frame <= since; frame++) await storage.append(entry(frame))
      return bytes
    })
    onTestFinished(() => readFile.mockRestore())
    const read = await readCheckpoint(join(folder, FILE))
    expect(framesIn(read?.checkpoint)).toEqual([0, 1].slice(0, 1 + since))
  })

  test('is read, with nothing changed, while a peer appends and saves', async () => {
    const folder = newFolder()
    const storage = storageIn(folder)
    await storage.save(base)
    let appended = 0
    const write = async () => {
      let state = base
      for (let i = 0; i < 9; i++) {
        await Promise.all([storage.append(entry(2 * i)), storage.append(entry(2 * i + 1))])
        state = replay(state, [entry(2 * i), entry(2 * i + 1)])
        appended += 2
        if (i % 3 === 2) await storage.save(state)
      }
    }
    const writing = write()
    while (appended < 18) {
      const before = appended
      const frames = framesIn((await readState(folder)).checkpoint) ?? []
      expect(frames).toEqual(frames.map((_, i) => i))
      expect(frames.length).toBeGreaterThanOrEqual(before)
    }
    await writing
  })
})
