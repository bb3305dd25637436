import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, onTestFinished, test } from 'vitest'
import { WriteError } from '../../src/storage/atomic-file.ts'
import { createCheckpointStorage } from '../../src/storage/checkpoint-storage.ts'
import { openStateDirectory, readState, type StateDirectory, StateError } from '../../src/storage/state-directory.ts'
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
  expect(readdirSync(folder).sort()).toEqual([
    'checkpoint.journal-1',
    'checkpoint.journal-2',
    'checkpoint.previous.safetensors',
    'checkpoint.safetensors',
    'lock',
  ])
})

test('a checkpoint that cannot be saved is told by its file', async () => {
  const state = await open(newFolder())
  mkdirSync(state.checkpointFile)
  const error = await state
    .storage(layout)
    .save(checkpoint)
    .catch(error => error)
  expect(error).toBeInstanceOf(WriteError)
  expect(error.message).toMatch(`${state.checkpointFile} cannot be written: what lies there is no file`)
})

test('a checkpoint that cannot be read is told by its file', async () => {
  const state = await open(newFolder())
  mkdirSync(state.checkpointFile)
  const error = await state
    .storage(layout)
    .load()
    .catch(error => error)
  expect(error).toBeInstanceOf(StateError)
  expect(error.message).toBe(`${state.checkpointFile} is a folder, and no file`)
})

describe.runIf(process.platform !== 'win32')('a state is for its owner alone', () => {
  const modesIn = (folder: string) =>
    Object.fromEntries(readdirSync(folder).map(name => [name, statSync(join(folder, name)).mode & 0o777]))

  test('from the beginning, folder and files', async () => {
    const folder = join(newFolder(), 'deep', 'deeper')
    const before = process.umask(0)
    onTestFinished(() => void process.umask(before))
    const state = await open(folder)
    await state.identity(async () => Uint8Array.of(1))
    const storage = state.storage(layout)
    await storage.save(checkpoint)
    await storage.append({ type: 'closed', id: 'x', partner: 'p', side: 'initiator' })
    await storage.save(checkpoint)
    await state.keepRecipe('{}')
    await state.keepSplit('{"seed":1}')
    await state.keepStandardisation('{"mean":1}')
    await state.keepWeights(Uint8Array.of(1))
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    expect(modesIn(folder)).toEqual(Object.fromEntries(readdirSync(folder).map(name => [name, 0o600])))
    expect(readdirSync(folder)).toHaveLength(10)
  })

  test('once it is opened, and it is said what others could read; what is not its own stays as it is', async () => {
    const folder = newFolder()
    for (const name of ['identity', 'checkpoint.safetensors', 'notes.txt']) {
      writeFileSync(join(folder, name), 'x')
      chmodSync(join(folder, name), 0o644)
    }
    chmodSync(folder, 0o755)
    const warnings: string[] = []
    const state = await openStateDirectory(folder, message => warnings.push(message))
    opened.push(state)
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    expect(modesIn(folder)).toMatchObject({ identity: 0o600, 'checkpoint.safetensors': 0o600, 'notes.txt': 0o644 })
    expect(warnings[0]).toBe(`${folder} could be read by others on this machine; it is for its owner alone now`)
    expect(warnings).toContain(
      `${join(folder, 'identity')} could be read by others on this machine: whoever has copied it keeps it; it is for its owner alone now`,
    )
    await state.release()
    const quiet: string[] = []
    await (await openStateDirectory(folder, message => quiet.push(message))).release()
    expect(quiet).toEqual([])
  })

  test('but no folder that others share is closed to them', async () => {
    const shared = newFolder()
    writeFileSync(join(shared, 'letter.txt'), 'of somebody else')
    chmodSync(shared, 0o755)
    await expect(open(shared)).rejects.toThrow(`others on this machine can read ${shared}, in which other files lie`)
    const sticky = newFolder()
    chmodSync(sticky, 0o1777)
    await expect(open(sticky)).rejects.toThrow('expected a folder of its own, which is made where it is missing')
    expect([shared, sticky].map(folder => statSync(folder).mode & 0o777)).toEqual([0o755, 0o777])
  })
})

describe.runIf(process.platform !== 'win32')('a link is not followed', () => {
  /** Where an attacker would like something to be written, or read. */
  const elsewhere = (content = 'untouched') => {
    const file = join(newFolder(), 'elsewhere')
    writeFileSync(file, content)
    return file
  }

  test('in place of the folder, to open it or to read it', async () => {
    const [folder, link] = [newFolder(), join(newFolder(), 'link')]
    symlinkSync(folder, link)
    for (const path of [link, `${link}/`]) {
      await expect(open(path)).rejects.toThrow('is a symbolic link, which is not followed here; name the folder itself')
      await expect(readState(path)).rejects.toThrow(StateError)
    }
  })

  test('in place of the identity, which may be of any size', async () => {
    const folder = newFolder()
    const state = await open(folder)
    symlinkSync(elsewhere(), join(folder, 'identity'))
    await expect(state.identity(async () => Uint8Array.of(1))).rejects.toThrow('identity is a symbolic link')
    rmSync(join(folder, 'identity'))
    writeFileSync(join(folder, 'identity'), '')
    truncateSync(join(folder, 'identity'), 2 ** 40)
    await expect(state.identity(async () => Uint8Array.of(1))).rejects.toThrow(`has ${2 ** 40} bytes; expected at most`)
  })

  test.each(['checkpoint.safetensors', 'checkpoint.journal-1'])('in place of %s', async name => {
    const folder = newFolder()
    const state = await open(folder)
    await state.storage(layout).save(checkpoint)
    const moved = join(newFolder(), name)
    copyFileSync(join(folder, name), moved)
    rmSync(join(folder, name))
    symlinkSync(moved, join(folder, name))
    await expect(state.storage(layout).load()).rejects.toThrow(`${name} is a symbolic link, which is not followed here`)
    await expect(readState(folder)).rejects.toThrow(StateError)
  })

  test('where a journal or a checkpoint will be written', async () => {
    const folder = newFolder()
    const [journal, part] = [elsewhere(), elsewhere()]
    symlinkSync(journal, join(folder, 'checkpoint.journal-1'))
    symlinkSync(part, join(folder, 'checkpoint.safetensors.part'))
    // As if the name had been guessed after the folder was looked through.
    const storage = createCheckpointStorage(join(folder, 'checkpoint.safetensors'), layout)
    rmSync(join(folder, 'checkpoint.journal-1'))
    symlinkSync(journal, join(folder, 'checkpoint.journal-2'))
    await expect(storage.save(checkpoint)).rejects.toThrow('checkpoint.journal-2 is a symbolic link')
    rmSync(join(folder, 'checkpoint.journal-2'))
    await storage.save(checkpoint)
    expect([journal, part].map(file => readFileSync(file, 'utf8'))).toEqual(['untouched', 'untouched'])
    await storage.close()
  })
})

describe('where members were reached', () => {
  const contacts = [{ peer: 'one', addresses: ['/ip4/192.0.2.1/tcp/4001', '/ip4/10.0.0.1/tcp/4001'] }]

  test('is known again, as it was kept last', async () => {
    const folder = newFolder()
    const state = await open(folder)
    expect(await state.contacts.read()).toEqual([])
    for (let times = 0; times < 5; times++) state.contacts.keep([{ peer: String(times), addresses: [] }])
    state.contacts.keep(contacts)
    await state.release()
    expect(await (await open(folder)).contacts.read()).toEqual(contacts)
  })

  test.runIf(process.platform !== 'win32')('is for the owner alone', async () => {
    const folder = newFolder()
    const state = await open(folder)
    state.contacts.keep(contacts)
    await state.release()
    expect(statSync(join(folder, 'contacts.json')).mode & 0o777).toBe(0o600)
    chmodSync(join(folder, 'contacts.json'), 0o644)
    await open(folder)
    expect(statSync(join(folder, 'contacts.json')).mode & 0o777).toBe(0o600)
  })

  test.each([
    ['another digit', (text: string) => text.replace('192.0.2.1', '192.0.2.2')],
    ['half of it', (text: string) => text.slice(0, text.length / 2)],
    ['other fields', () => '{"contacts":[{"peer":1}]}'],
    ['no JSON', () => 'nonsense'],
    ['nothing', () => ''],
    ['more than there can be', (text: string) => text + ' '.repeat(64 * 1024)],
  ])('is told to be lost and not used where the file has %s', async (_what, damage) => {
    const folder = newFolder()
    const state = await open(folder)
    state.contacts.keep(contacts)
    await state.release()
    const file = join(folder, 'contacts.json')
    writeFileSync(file, damage(readFileSync(file, 'utf8')))
    const warnings: string[] = []
    const again = await openStateDirectory(folder, message => warnings.push(message))
    opened.push(again)
    expect(await again.contacts.read()).toEqual([])
    expect(warnings).toEqual([expect.stringContaining(`${file} is damaged`)])
    again.contacts.keep(contacts)
    await again.release()
    expect(await (await open(folder)).contacts.read()).toEqual(contacts)
  })
})
