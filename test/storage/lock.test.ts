import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { afterEach, describe, expect, test } from 'vitest'
import { UsageError } from '../../src/errors.ts'
import { LockedError, takeLock } from '../../src/storage/lock.ts'
import { openStateDirectory } from '../../src/storage/state-directory.ts'
import type { Contest } from './programs/contender.ts'
import { temporaryFolders } from './temporary-folder.ts'

const newFolder = temporaryFolders()
const program = (name: string) => new URL(`./programs/${name}.ts`, import.meta.url)
/** Id of a process that has ended. */
const ended = spawnSync(process.execPath, ['--version']).pid
const children: ChildProcess[] = []

afterEach(async () => {
  for (const child of children.splice(0)) await kill(child)
})

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
}

/** A process that has the folder. */
async function holderOf(folder: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [fileURLToPath(program('holder')), folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  children.push(child)
  await once(child.stdout, 'data')
  return child
}

const inUse = (folder: string, pid: number | undefined) =>
  `--state ${folder} is in use by process ${pid}; every peer needs a folder of its own (if that process is no peer, remove ${join(folder, 'lock')})`

describe('a state folder', () => {
  test('that another process uses is refused, and free once that was killed', async () => {
    const folder = newFolder()
    const other = await holderOf(folder)
    const refusal = await openStateDirectory(folder).catch(error => error)
    expect(refusal).toBeInstanceOf(UsageError)
    expect(refusal.message).toBe(inUse(folder, other.pid))
    await kill(other)
    await (await openStateDirectory(folder)).release()
  })

  test('that this process uses is refused, and free once it was released', async () => {
    const folder = newFolder()
    const state = await openStateDirectory(folder)
    await expect(openStateDirectory(folder)).rejects.toThrow(inUse(folder, process.pid))
    await state.release()
    await state.release()
    const again = await openStateDirectory(folder)
    await state.release()
    await expect(openStateDirectory(folder)).rejects.toThrow(inUse(folder, process.pid))
    await again.release()
    expect(readdirSync(folder)).toEqual([])
  })

  test('is made where it is missing, and said to be unusable where it cannot be', async () => {
    const folder = join(newFolder(), 'deep', 'deeper')
    const state = await openStateDirectory(folder)
    await expect(openStateDirectory(join(folder, 'lock'))).rejects.toThrow(
      `--state ${join(folder, 'lock')} cannot be used: EEXIST`,
    )
    await state.release()
  })

  test('whose lock is no file is said to be unusable', async () => {
    const [folder, link] = [newFolder(), newFolder()]
    mkdirSync(join(folder, 'lock'))
    await expect(openStateDirectory(folder)).rejects.toThrow(
      `--state ${folder} cannot be used: ${join(folder, 'lock')} is a folder, and no file: it is no lock of a peer; remove it`,
    )
    symlinkSync('nowhere', join(link, 'lock'))
    await expect(openStateDirectory(link)).rejects.toThrow(
      `--state ${link} cannot be used: ${join(link, 'lock')} is a symbolic link, which is not followed here: it is no lock of a peer; remove it`,
    )
    const piped = newFolder()
    spawnSync('mkfifo', [join(piped, 'lock')])
    await expect(openStateDirectory(piped)).rejects.toThrow(
      'is a device or a pipe, and no file: it is no lock of a peer',
    )
    const large = newFolder()
    writeFileSync(join(large, 'lock'), '')
    truncateSync(join(large, 'lock'), 2 ** 40)
    await expect(openStateDirectory(large)).rejects.toThrow(`has ${2 ** 40} bytes; expected at most 65536`)
    expect(readdirSync(link)).toEqual(['lock'])
  })
})

describe('a lock counts as left behind when it', () => {
  const token = 'feedfacefeedface'
  const json = JSON.stringify

  test.each([
    ['names a process that has ended', json({ pid: ended, started: 'before', token })],
    ['names this process, which does not have it, and its start is not known', json({ pid: process.pid, token })],
    ['names this process, which started at another time', json({ pid: process.pid, started: 'before', token })],
    ['is empty', ''],
    ['is damaged', '{"pid":1'],
    ['names nothing that could be a process', json({ pid: 0, token })],
    ['has a token that would lead elsewhere', json({ pid: process.pid, token: '../../elsewhere' })],
  ])('%s', async (_what, content) => {
    const folder = newFolder()
    const file = join(folder, 'lock')
    writeFileSync(file, content)
    const release = await takeLock(file)
    expect(JSON.parse(readFileSync(file, 'utf8')).pid).toBe(process.pid)
    expect(readdirSync(folder)).toEqual(['lock'])
    await expect(takeLock(file)).rejects.toThrow(LockedError)
    await release()
    expect(readdirSync(folder)).toEqual([])
  })

  test.runIf(process.platform === 'linux')(
    'names a living process that started later than the lock was made',
    async () => {
      const file = join(newFolder(), 'lock')
      writeFileSync(file, json({ pid: process.ppid, started: 'before', token }))
      await (await takeLock(file))()
    },
  )

  test.runIf(process.platform === 'linux').each([
    ['does not say when its living process started, which every peer says here', undefined],
    ['is of another boot, or another machine', 'another-boot 1'],
  ])('%s', async (_what, started) => {
    const file = join(newFolder(), 'lock')
    // The first process of the machine lives as long as it does.
    writeFileSync(file, json({ pid: 1, started, token }))
    await (await takeLock(file))()
  })

  test('was being replaced by a process that was killed halfway, and so was the one before', async () => {
    const folder = newFolder()
    const file = join(folder, 'lock')
    writeFileSync(file, json({ pid: ended, token }))
    writeFileSync(`${file}.${token}`, json({ pid: ended, token: '0123456789abcdef' }))
    writeFileSync(`${file}.${token}.0123456789abcdef`, '')
    const release = await takeLock(file)
    expect(readdirSync(folder)).toEqual(['lock'])
    await release()
  })

  test('but not when a living process is just about to replace it', async () => {
    const folder = newFolder()
    const file = join(folder, 'lock')
    writeFileSync(file, json({ pid: ended, token }))
    writeFileSync(`${file}.${token}`, json({ pid: process.ppid, started: startOfParent(), token: '0123456789abcdef' }))
    await expect(takeLock(file)).rejects.toThrow(`locked by process ${process.ppid}`)
    expect(readdirSync(folder)).toEqual(['lock', `lock.${token}`])
  })
})

/** When the parent process started, as a lock of its own would say; undefined where the system does not tell. */
function startOfParent(): string | undefined {
  if (process.platform !== 'linux') return undefined
  const stat = readFileSync(`/proc/${process.ppid}/stat`, 'utf8')
  const ticks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${ticks}`
}

describe('of 200 attempts by four threads', () => {
  /** @returns how often the lock was taken, and by how many at once at most */
  async function contest(file: string, keep: boolean): Promise<{ taken: number; atOnce: number }> {
    const shared = new Int32Array(new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT))
    const workerData: Contest = { file, keep, attempts: 50, ended, shared }
    const threads = Array.from({ length: 4 }, () => new Worker(program('contender'), { workerData }))
    await Promise.all(threads.map(thread => once(thread, 'message')))
    const counts = threads.map(thread => once(thread, 'message') as Promise<[number]>)
    Atomics.store(shared, 0, 1)
    Atomics.notify(shared, 0)
    const taken = (await Promise.all(counts)).reduce((sum, [count]) => sum + count, 0)
    return { taken, atOnce: shared[2] }
  }

  test('to take a free lock at once, one succeeds', async () => {
    const folder = newFolder()
    expect(await contest(join(folder, 'lock'), true)).toEqual({ taken: 1, atOnce: 1 })
    expect(readdirSync(folder)).toEqual(['lock'])
  })

  test('to take a lock that was left behind at once, one succeeds', async () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'lock'), '')
    expect(await contest(join(folder, 'lock'), true)).toEqual({ taken: 1, atOnce: 1 })
    expect(readdirSync(folder)).toEqual(['lock'])
  })

  test('to take a lock that is given back and left behind in turns, no two succeed at once', async () => {
    const { taken, atOnce } = await contest(join(newFolder(), 'lock'), false)
    expect(taken).toBeGreaterThan(1)
    expect(atOnce).toBe(1)
  })
})
