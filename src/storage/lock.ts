/**
 * A file that only one living process has. Nobody needs to remove what a killed process left: the next process tells by
 * the file whether its holder still runs. Processes on other machines, or in containers beside this one, cannot be seen,
 * and count as ended.
 *
 * @packageDocumentation
 */

import { randomBytes } from 'node:crypto'
import { constants, copyFile, link, readFile, rm, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { HearsayError } from '../errors.ts'
import { IrregularFileError, readRegularFile } from '../regular-file.ts'
import { MAX_SMALL_FILE_BYTES, PRIVATE } from './constants.ts'
import { replace } from './replace.ts'

/** Somebody else has the lock. */
export class LockedError extends HearsayError {
  override readonly name = 'LockedError'
  /** Id of the process that has it, which may be this one. */
  readonly holder: number

  constructor(holder: number) {
    super(`locked by process ${holder}`)
    this.holder = holder
  }
}

const holderSchema = z.strictObject({
  pid: z.int().positive(),
  /** When the process started, where the system tells: a later process of the same id has another start. */
  started: z.string().optional(),
  /** Unlike that of any other lock, of this process too. */
  token: z.string().regex(/^[0-9a-f]{16}$/),
})

type Holder = z.infer<typeof holderSchema>

/** The holder of a lock that cannot be read: the machine went down before the lock was on the disk. */
const NOBODY: Holder = { pid: 0, token: 'damaged' }

/** The tokens of this very process: where no start is known, only they tell it from an earlier one of the same id. */
const own = new Set<string>()

/** Another try means that somebody else was faster; so often in a row they cannot have been. */
const MAX_TRIES = 100

/**
 * Takes the lock, or fails at once.
 *
 * @returns gives it back
 * @throws LockedError
 */
export async function takeLock(file: string): Promise<() => Promise<void>> {
  const token = randomBytes(8).toString('hex')
  const me: Holder = { pid: process.pid, started: await startOf(process.pid), token }
  const mine = `${file}.${token}.part`
  own.add(token)
  try {
    await writeFile(mine, JSON.stringify(me), { mode: PRIVATE, flag: 'wx' })
    for (let tries = 1; !(await claim(file, mine)); tries++) {
      if (tries === MAX_TRIES) throw new Error(`${file} cannot be taken, and nobody has it: remove it`)
    }
  } catch (error) {
    own.delete(token)
    throw error
  } finally {
    await rm(mine, { force: true })
  }
  return async () => {
    if ((await readHolder(file))?.token === token) await rm(file, { force: true })
    own.delete(token)
  }
}

/**
 * A lock is taken by a link, which only one can make, to a file that is complete. One whose holder has ended is not
 * removed first, because its removal may hit the lock of somebody who was faster; it is succeeded: the right to
 * replace the lock with token T is itself a lock, named after T. T never comes back, so if the lock still is T once that
 * right was taken, nobody else can replace it. A process killed halfway leaves a lock that is succeeded in the same way.
 *
 * @returns false where somebody else was faster
 */
async function claim(file: string, mine: string): Promise<boolean> {
  const current = await readHolder(file)
  const left: string[] = []
  let place = file
  for (let holder = current; holder !== undefined; holder = await readHolder(place)) {
    if (await isRunning(holder)) throw new LockedError(holder.pid)
    left.push(place)
    place = `${place}.${holder.token}`
  }
  if (!(await linked(mine, place))) return false
  if (place === file) return true
  if ((await readHolder(file))?.token !== current?.token) {
    await rm(place, { force: true })
    return false
  }
  await replace(place, file)
  for (const right of left.slice(1)) await rm(right, { force: true })
  return true
}

/** What file systems say that have no links: FAT, and some that come over a network. */
const NO_LINKS: readonly (string | undefined)[] = ['EPERM', 'ENOTSUP', 'ENOSYS', 'EOPNOTSUPP']

async function linked(from: string, to: string): Promise<boolean> {
  return await made(link(from, to), async () => {
    // It may be seen before it is whole: for that its readers look again.
    return await made(copyFile(from, to, constants.COPYFILE_EXCL))
  })
}

/**
 * @param otherwise where links are not supported
 * @returns false where the file was there already
 */
async function made(making: Promise<void>, otherwise?: () => Promise<boolean>): Promise<boolean> {
  try {
    await making
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    if (otherwise !== undefined && NO_LINKS.includes(code)) return await otherwise()
    throw error
  }
}

/** Looks at a lock that cannot be read, a fifth of a second in all: it may not be whole yet. */
const MAX_LOOKS = 10
const LOOK_AGAIN_MS = 20

async function readHolder(file: string): Promise<Holder | undefined> {
  for (let looks = 1; ; looks++) {
    let text: string
    try {
      text = (await readRegularFile(file, { most: MAX_SMALL_FILE_BYTES })).toString()
    } catch (error) {
      if (error instanceof IrregularFileError) {
        throw new IrregularFileError(`${error.message}: it is no lock of a peer; remove it`, { cause: error })
      }
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
    try {
      return holderSchema.parse(JSON.parse(text))
    } catch {
      if (looks === MAX_LOOKS) return NOBODY
      await sleep(LOOK_AGAIN_MS)
    }
  }
}

async function isRunning({ pid, started, token }: Holder): Promise<boolean> {
  if (own.has(token)) return true
  // Before asking whether it is there: one that ends in between has no start, and must not pass for one whose start
  // cannot be known.
  const start = await startOf(pid)
  if (!isThere(pid)) return false
  if (start !== undefined && started !== undefined) return start === started
  // Where a start can be known, whoever takes a lock writes it down; and of another boot, or machine, nobody runs here.
  const mine = await startOf(process.pid)
  if (mine !== undefined && started?.split(' ')[0] !== mine.split(' ')[0]) return false
  return pid !== process.pid
}

function isThere(pid: number): boolean {
  // To the system 0 is the caller's own group.
  if (pid === NOBODY.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** When a process started: the boot, and the ticks since (proc(5)). Only Linux tells it, of processes that it shows. */
async function startOf(pid: number): Promise<string | undefined> {
  try {
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8')
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    // Fields 3 to 22; the second is the program's name, in parentheses, and may itself contain some.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // A zombie, killed and not yet reaped, does nothing any more.
    return fields[0] === 'Z' ? 'ended' : `${boot.trim()} ${fields[19]}`
  } catch {
    return undefined
  }
}
