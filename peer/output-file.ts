import { createWriteStream } from 'node:fs'
import { access, constants, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { Failure } from './failure.ts'
import { WrongUsage } from './wrong-usage.ts'

/** Finds out before hours of work whether their result can be written. */
export async function requireWritable(flag: string, file: string | undefined): Promise<void> {
  if (file === undefined) return
  const folder = dirname(file)
  const found = await stat(folder).catch(() => undefined)
  if (!found?.isDirectory()) throw new WrongUsage(`${flag} ${file}: there is no folder ${folder}; make it first`)
  if ((await stat(file).catch(() => undefined))?.isDirectory()) {
    throw new WrongUsage(`${flag} ${file} is a folder; expected a file`)
  }
  try {
    await access(folder, constants.W_OK)
  } catch {
    throw new WrongUsage(`${flag} ${file}: the folder ${folder} cannot be written to; name a file in another one`)
  }
}

/** Finds out before any work whether a file can be made that is not there yet. */
export async function requireFree(flag: string, file: string, force = false): Promise<void> {
  await requireWritable(flag, file)
  const exists = await stat(file).then(
    () => true,
    () => false,
  )
  if (exists && !force) throw new WrongUsage(`${file} exists already; choose another with ${flag} FILE, or add --force`)
}

/** Anyone who reads it has what it gives. */
const OWNER_ONLY = 0o600

/** The same as {@link writeOutput}, for its owner alone to read. */
export async function writeSecret(flag: string, file: string, content: string): Promise<void> {
  await writeOutput(flag, file, content, OWNER_ONLY)
}

/**
 * Writes the result of all the work; that it cannot be written after all is no bug and nobody's mistake.
 *
 * @param mode of a new file; default: as the user's umask says
 */
export async function writeOutput(
  flag: string,
  file: string,
  content: Uint8Array | string,
  mode?: number,
): Promise<void> {
  const { writeAtomically } = await import('../src/public/models.ts')
  try {
    await writeAtomically(file, content, mode)
  } catch (error) {
    throw new Failure(`${flag} ${(error as Error).message}`, { cause: error })
  }
}

/**
 * Writes what comes, as it comes, no faster than the disk takes it; packed where the file's name ends in `.gz`. Until it is whole it has
 * another name, so that a file that is there is never half of one.
 *
 * @param chunks may throw, which ends it
 */
export async function writeStream(flag: string, file: string, chunks: AsyncIterable<string>): Promise<void> {
  const beside = `${file}.part`
  const source = Readable.from(chunks)
  const target = createWriteStream(beside, { flush: true })
  try {
    if (file.endsWith('.gz')) await pipeline(source, createGzip(), target)
    else await pipeline(source, target)
    await rename(beside, file)
  } catch (error) {
    await rm(beside, { force: true })
    const { code, syscall } = error as NodeJS.ErrnoException
    if (code === undefined || syscall === undefined) throw error
    const { whyUnwritten } = await import('../src/public/models.ts')
    throw new Failure(`${flag} ${file} cannot be written: ${whyUnwritten(error)}`, { cause: error })
  }
}
