import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Checkpoint } from '../../src/gossip/state/checkpoint.ts'
import { replay } from '../../src/gossip/state/journal.ts'
import type { JournalEntry } from '../../src/gossip/state/journal-entry.ts'
import { WriteError } from '../../src/storage/atomic-file.ts'
import { CheckpointFileError, NotFiniteError } from '../../src/storage/checkpoint-file.ts'
import { createCheckpointStorage } from '../../src/storage/checkpoint-storage.ts'
import { openStateDirectory, readState, type StateDirectory } from '../../src/storage/state-directory.ts'
import { readCheckpoint } from '../../src/storage/stored-checkpoint.ts'
import { checkpoint, layout } from '../../src/testing/sample-checkpoint.ts'
import { type Shelf, storageCompliance } from '../../src/testing/storage-compliance.ts'
import { temporaryFolders } from './temporary-folder.ts'

const newFolder = temporaryFolders()
const FILE = 'checkpoint.safetensors'
const PREVIOUS = 'checkpoint.previous.safetensors'

/** The files of a folder, without the lock, which would be that of a process that lives; as they are at one moment. */
function filesOf(folder: string): [string, Buffer][] {
  for (;;) {
    const before = namesIn(folder)
    const files = [...before].flatMap(([name]) => {
      try {
        return [[name, readFileSync(join(folder, name))] as [string, Buffer]]
      } catch {
        // Removed a moment ago, or not a file.
        return []
      }
    })
    // A file may have been renamed between two of them, which no crash does.
    if (String([...namesIn(folder)]) === String([...before])) return files
  }
}

/** The names of files, and which file each is. */
function namesIn(folder: string): Map<string, number | undefined> {
  const names = readdirSync(folder).filter(name => name === FILE || name === PREVIOUS || name.includes('journal'))
  return new Map(names.map(name => [name, statSync(join(folder, name), { throwIfNoEntry: false })?.ino]))
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

/** The same, with what is said of the damage. */
async function damagedFrom(files: readonly [string, Uint8Array][]) {
  const checkpoint = await loadFrom(files)
  const stored = await readCheckpoint(join(scratch, FILE))
  return { frames: framesIn(checkpoint), step: checkpoint?.step, ...stored?.damage }
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

  test('that was changed anywhere before its last entry is read up to there, and its name and the place are told', async () => {
    const { rest, name, bytes, last } = await threeEntries()
    for (let at = 0; at < last; at += 3) {
      const changed = Buffer.from(bytes)
      changed[at] ^= 0x10
      const { frames, message, lostExchanges } = await damagedFrom([...rest, [name, changed]])
      expect([[], [0]]).toContainEqual(frames)
      expect(message).toMatch(/checkpoint\.journal-1 is damaged at byte \d+ of \d+: .*what came after is lost/)
      expect(lostExchanges).toBe(true)
    }
  })

  test('that was changed in its last entry is read without it, and it is told', async () => {
    const { rest, name, bytes, last } = await threeEntries()
    let told = 0
    for (let at = last; at < bytes.length; at += 3) {
      const changed = Buffer.from(bytes)
      changed[at] ^= 0x10
      const { frames, message } = await damagedFrom([...rest, [name, changed]])
      expect(frames).toEqual([0, 1])
      if (message !== undefined) told++
    }
    expect(told).toBe(Math.ceil((bytes.length - last) / 3))
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
    const { frames, message } = await damagedFrom([...rest, [name, lying(32)], ['checkpoint.journal-2', bytes]])
    expect([frames, message]).toEqual([[], expect.stringContaining('checkpoint.journal-1 is damaged at byte 32')])
  })

  test('that another one follows must be whole', async () => {
    const { rest, name, bytes } = await threeEntries()
    const cut = bytes.subarray(0, bytes.length - 1)
    const { frames, message } = await damagedFrom([...rest, [name, cut], ['checkpoint.journal-2', bytes]])
    expect([frames, message]).toEqual([[0, 1], expect.stringContaining('checkpoint.journal-1 is damaged at byte')])
  })

  test('that is missing is told of, the only one or one before others', async () => {
    const { rest, bytes } = await threeEntries()
    const missing = { frames: [], lostExchanges: true, message: expect.stringContaining('journal-1 is missing') }
    expect(await damagedFrom(rest)).toMatchObject(missing)
    expect(await damagedFrom([...rest, ['checkpoint.journal-2', bytes]])).toMatchObject(missing)
  })

  test('under the name of another one, or of another checkpoint, is not read', async () => {
    const { rest, name, bytes } = await threeEntries()
    const renamed = await damagedFrom([...rest, [name, bytes], ['checkpoint.journal-2', bytes]])
    expect(renamed).toMatchObject({
      frames: [0, 1, 2],
      message: expect.stringMatching(/journal-2 is damaged at byte 0/),
    })
    const folder = newFolder()
    const means = createCheckpointStorage(join(folder, 'means.safetensors'), layout)
    opened.push(means)
    await means.save(base)
    await means.append(entry(7))
    const foreign = await damagedFrom([...rest, [name, readFileSync(join(folder, 'means.journal-1'))]])
    expect(foreign).toMatchObject({ frames: [], message: expect.stringContaining('journal-1 is damaged at byte 0') })
  })

  test('that comes after a later checkpoint is not read beside an older one that was put back', async () => {
    const folder = newFolder()
    const storage = storageIn(folder)
    await storage.save(base)
    const old = filesOf(folder).filter(([name]) => name === FILE)
    for (let saves = 0; saves < 3; saves++) await storage.save({ ...base, step: saves })
    await storage.append(entry(0))
    const journals = filesOf(folder).filter(([name]) => name.includes('journal'))
    const alone = await damagedFrom([...old, ...journals])
    expect(alone).toMatchObject({ frames: [], step: base.step, lostExchanges: true })
    // Where the one before is still there, it is later than the copy.
    const previous = filesOf(folder).filter(([name]) => name === PREVIOUS)
    const beside = await damagedFrom([...old, ...previous, ...journals])
    expect(beside).toMatchObject({ frames: [0], step: 1, lostExchanges: false })
    expect(beside.message).toMatch(
      /is an older copy; the checkpoint before it, checkpoint.previous.safetensors, is gone on from/,
    )
  })

  test.each<[string, JournalEntry]>([
    ['do not fit the model', { ...entry(0), first: 4 } as JournalEntry],
    ['are not finite', { ...entry(0), values: Float32Array.of(1, Number.NaN) } as JournalEntry],
  ])('whose entries %s is read up to there', async (_what, wrong) => {
    const folder = newFolder()
    const storage = storageIn(folder)
    await storage.save(base)
    await storage.append(entry(0))
    await storage.append(wrong)
    expect(await damagedFrom(filesOf(folder))).toMatchObject({
      frames: [0],
      message: expect.stringContaining('an entry of exchange x does not fit the model'),
    })
  })

  test('is removed when two checkpoints hold all of it', async () => {
    const folder = newFolder()
    const storage = storageIn(folder)
    await storage.save(base)
    writeFileSync(join(folder, 'checkpoint.journal-0'), 'left by a crash')
    await storage.append(entry(0))
    await storage.save(replay(base, [entry(0)]))
    expect(readdirSync(folder).sort()).toEqual(['checkpoint.journal-1', 'checkpoint.journal-2', PREVIOUS, FILE])
    await storage.save(replay(base, [entry(0)]))
    expect(readdirSync(folder).sort()).toEqual(['checkpoint.journal-2', 'checkpoint.journal-3', PREVIOUS, FILE])
  })

  test('that cannot be written is told by its file, and takes nothing any more; checkpoints are still saved', async () => {
    const folder = newFolder()
    const storage = storageIn(folder)
    await storage.save(base)
    rmSync(join(folder, 'checkpoint.journal-1'))
    mkdirSync(join(folder, 'checkpoint.journal-1'))
    const error = await storage.append(entry(0)).catch(error => error)
    expect(error).toBeInstanceOf(WriteError)
    expect(error.message).toMatch(/checkpoint\.journal-1 is a folder/)
    await expect(storage.append(entry(1))).rejects.toBe(error)
    await storage.save({ ...base, step: 9 })
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
    const real = handles.read as (...given: unknown[]) => Promise<unknown>
    const reading = vi.spyOn(handles, 'read').mockImplementationOnce(async function (
      this: unknown,
      ...given: unknown[]
    ) {
      const bytes = await real.apply(this, given)
      await storage.save(replay(base, [entry(0)]))
      for (let frame = 1; frame <= since; frame++) await storage.append(entry(frame))
      return bytes as never
    })
    onTestFinished(() => reading.mockRestore())
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

describe('where a file is damaged', () => {
  const broken = (bytes: Buffer) => Buffer.from(bytes).fill(1, bytes.length - 4)

  /** A peer that has saved step 1, exchanged, saved step 2 with all of it, and exchanged again. */
  async function twoCheckpoints(): Promise<{ folder: string; files: Map<string, Buffer> }> {
    const folder = newFolder()
    const storage = storageIn(folder)
    await storage.save({ ...base, step: 1 })
    await storage.append(entry(0))
    await storage.save({ ...replay(base, [entry(0)]), step: 2 })
    await storage.append(entry(1))
    return { folder, files: new Map(filesOf(folder)) }
  }

  test('the checkpoint before it is gone on from, with all that was exchanged since', async () => {
    const { folder, files } = await twoCheckpoints()
    expect(await damagedFrom([...files])).toEqual({ frames: [0, 1], step: 2 })
    const damaged = new Map(files).set(FILE, broken(files.get(FILE) as Buffer))
    const { frames, step, message, lostExchanges } = await damagedFrom([...damaged])
    expect([frames, step, lostExchanges]).toEqual([[0, 1], 1, false])
    expect(message).toMatch(/hearsay.trainer.order are not those .* what was trained after step 1 is lost/)
    damaged.delete(FILE)
    expect(await damagedFrom([...damaged])).toMatchObject({ frames: [0, 1], step: 1, lostExchanges: false })
    expect(filesOf(folder)).toEqual([...files])
  })

  test('what came after it in the journals is left out, and what came before is kept', async () => {
    const { files } = await twoCheckpoints()
    const damaged = new Map(files).set(FILE, broken(files.get(FILE) as Buffer))
    const journal = Buffer.from(files.get('checkpoint.journal-2') as Buffer)
    journal[journal.length - 20] ^= 1
    damaged.set('checkpoint.journal-2', journal)
    const found = await damagedFrom([...damaged])
    expect(found).toMatchObject({ frames: [0], step: 1, lostExchanges: true })
    expect(found.message).toMatch(/checkpoint.journal-2 is damaged at byte 32 of/)
  })

  test('the one before it is gone on from also where a crash cut the next one short', async () => {
    const { folder, files } = await twoCheckpoints()
    const storage = storageIn(folder)
    await storage.load()
    await storage.save({ ...replay(base, [entry(0), entry(1)]), step: 3 })
    await storage.append(entry(2))
    files.set('checkpoint.journal-3', readFileSync(join(folder, 'checkpoint.journal-3')))
    expect(await damagedFrom([...files])).toEqual({ frames: [0, 1, 2], step: 2 })
    files.set(FILE, broken(files.get(FILE) as Buffer))
    expect(await damagedFrom([...files])).toMatchObject({ frames: [0, 1, 2], step: 1, lostExchanges: false })
  })

  test('neither of two damaged checkpoints is taken, and both are named', async () => {
    const { files } = await twoCheckpoints()
    for (const name of [FILE, PREVIOUS]) files.set(name, broken(files.get(name) as Buffer))
    await expect(loadFrom([...files])).rejects.toThrow(CheckpointFileError)
    await expect(loadFrom([...files])).rejects.toThrow(
      /checkpoint.safetensors is damaged: .*; and .*checkpoint.previous.safetensors is damaged: .*nothing here can be gone on from/,
    )
  })

  test('a peer is told, goes on in files of its own, and uses no number again', async () => {
    const { files } = await twoCheckpoints()
    files.set(FILE, broken(files.get(FILE) as Buffer))
    const folder = folderWith([...files])
    const ahead = Date.now() + 3_600_000
    utimesSync(join(folder, FILE), new Date(ahead), new Date(ahead))
    const warnings: string[] = []
    const storage = createCheckpointStorage(join(folder, FILE), layout, message => warnings.push(message))
    opened.push(storage)
    const loaded = await storage.load()
    expect([warnings.length, loaded?.step, framesIn(loaded)]).toEqual([1, 1, [0, 1]])
    // The clock was ahead when the files were written, and may have been put back.
    expect(loaded?.sequence).toBeGreaterThan(ahead)
    await storage.append(entry(2))
    const again = await readCheckpoint(join(folder, FILE))
    expect([again?.damage, framesIn(again?.checkpoint)]).toEqual([undefined, [0, 1, 2]])
    await storage.save(base)
    await storage.save(base)
    expect((await readCheckpoint(join(folder, FILE)))?.damage).toBeUndefined()
    expect(readdirSync(folder)).toHaveLength(4)
  })

  test('that exchanges were lost is kept, for the partners that ask later', async () => {
    const { files } = await twoCheckpoints()
    const folder = folderWith([...files].filter(([name]) => name !== 'checkpoint.journal-2'))
    const storage = storageIn(folder)
    expect(await storage.load()).toMatchObject({ lostExchanges: true, step: 2 })
    expect((await readCheckpoint(join(folder, FILE)))?.checkpoint).toMatchObject({ lostExchanges: true })
  })

  test('a good checkpoint is not replaced by one that is not finite', async () => {
    const folder = newFolder()
    const storage = storageIn(folder)
    await storage.save(base)
    const before = filesOf(folder)
    await expect(storage.save({ ...base, parameters: new Float32Array(6).fill(Number.NaN) })).rejects.toThrow(
      NotFiniteError,
    )
    expect(filesOf(folder)).toEqual(before)
    await storage.append(entry(0))
    expect(framesIn((await readCheckpoint(join(folder, FILE)))?.checkpoint)).toEqual([0])
  })
})

describe('a folder that was written before there were checksums', () => {
  const old = () => filesOf(fileURLToPath(new URL('../fixtures/checkpoint-2', import.meta.url)))
  const { aborts: _later, ...fields } = checkpoint
  const written = { ...fields, decisions: checkpoint.decisions.slice(0, 1) }
  const expected = replay(written, [
    { type: 'applied', id: 'exchange-2', partner: 'peer-2', frames: 1 },
    { type: 'prepared', id: 'exchange-4', partner: 'peer-4', frame: 0, first: 2, values: Float32Array.of(7, 8) },
  ])

  test('is read with its journal, and is whole without one', async () => {
    expect(await loadFrom(old())).toEqual(expected)
    expect(await loadFrom(old().filter(([name]) => name === FILE))).toEqual(written)
  })

  test('is gone on from, and has checksums with the next checkpoint', async () => {
    const folder = folderWith(old())
    const storage = storageIn(folder)
    expect(await storage.load()).toEqual(expected)
    await storage.append({ type: 'closed', id: 'exchange-4', partner: 'peer-4', side: 'responder' })
    expect(framesIn(await loadFrom(filesOf(folder)))).toEqual([4])
    await storage.save({ ...expected, step: 121 })
    const files = new Map(filesOf(folder))
    expect(await loadFrom([...files])).toMatchObject({ step: 121 })
    files.set(FILE, Buffer.from(files.get(FILE) as Buffer).fill(1, 200, 204))
    expect(await damagedFrom([...files])).toMatchObject({ step: 120, frames: [4], lostExchanges: false })
  })

  test('is gone on from where it has no journal, whose entries then find one', async () => {
    const folder = folderWith(old().filter(([name]) => name === FILE))
    const storage = storageIn(folder)
    await storage.load()
    await storage.append(entry(9))
    expect(framesIn(await loadFrom(filesOf(folder)))).toEqual([0, 4, 9])
  })
})
