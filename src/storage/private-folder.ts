/**
 * The folder of a state, which nobody but its owner is to read: who has the key in it can speak as this peer.
 *
 * @packageDocumentation
 */

import { existsSync } from 'node:fs'
import { chmod, lstat, mkdir, readdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { HearsayError } from '../errors.ts'
import { PRIVATE, PRIVATE_FOLDER } from './constants.ts'

/** A folder that cannot be a state's. */
export class PrivateFolderError extends HearsayError {
  override readonly name = 'PrivateFolderError'
}

/** Bits of those who are not the owner. */
const OTHERS = 0o077
/** Of a folder that is shared by design, as /tmp is. */
const STICKY = 0o1000

/**
 * Makes a folder for its owner alone, or makes one that is there so, with what `owns` says of the files in it.
 *
 * @param owns whether a file of this name is the state's; whatever else lies there is left as it is
 * @param warn told what others could read until now
 * @throws PrivateFolderError where it is a link, or cannot be closed to others
 */
export async function makePrivateFolder(
  path: string,
  owns: (name: string) => boolean,
  warn: (message: string) => void,
): Promise<void> {
  // A slash at the end would follow a link.
  const folder = resolve(path)
  await makeFolder(folder)
  // Windows keeps rights elsewhere, and a user's folders are the user's.
  if (process.platform === 'win32') return
  const { mode } = await lstat(folder)
  const own = (await readdir(folder)).filter(owns)
  if ((mode & OTHERS) !== 0) {
    await close(folder, mode, own.length > 0)
    if (own.length > 0) warn(`${path} could be read by others on this machine; it is for its owner alone now`)
  }
  for (const name of own) {
    const file = join(folder, name)
    const found = await lstat(file).catch(() => undefined)
    if (found?.isFile() !== true || (found.mode & OTHERS) === 0) continue
    await setMode(file, PRIVATE)
    if ((mode & OTHERS) !== 0)
      warn(
        `${file} could be read by others on this machine: whoever has copied it keeps it; it is for its owner alone now`,
      )
  }
}

/** @param isState whether a state lies there already */
async function close(folder: string, mode: number, isState: boolean): Promise<void> {
  const isEmpty = (await readdir(folder)).length === 0
  if ((mode & STICKY) !== 0 || !(isState || isEmpty)) {
    throw new PrivateFolderError(
      `others on this machine can read ${folder}, in which other files lie than a peer's; expected a folder of its own, which is made where it is missing`,
    )
  }
  await setMode(folder, PRIVATE_FOLDER)
}

async function setMode(path: string, mode: number): Promise<void> {
  await chmod(path, mode).catch(cause => {
    throw new PrivateFolderError(
      `others on this machine can read ${path}, and it cannot be closed to them (${(cause as NodeJS.ErrnoException).code}): ` +
        'give it to the user who runs the peer',
      { cause },
    )
  })
}

/** Not `recursive` from the start: where a folder refuses new ones, as /proc does, Node would try for ever. */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, PRIVATE_FOLDER)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return await requireFolder(path, error)
    if (code !== 'ENOENT' || existsSync(dirname(path))) throw error
    await makeFolder(dirname(path))
    await mkdir(path, PRIVATE_FOLDER)
  }
}

async function requireFolder(path: string, error: unknown): Promise<void> {
  const found = await lstat(path)
  if (found.isSymbolicLink()) {
    throw new PrivateFolderError(`${path} is a symbolic link, which is not followed here; name the folder itself`)
  }
  if (!found.isDirectory()) throw error
}
