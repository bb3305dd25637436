import { access, constants, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
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
    throw new WrongUsage(`${flag} ${file}: the folder ${folder} cannot be written to`)
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

/** Writes the result of all the work; that it cannot be written after all is no bug and nobody's mistake. */
export async function writeOutput(flag: string, file: string, content: Uint8Array | string): Promise<void> {
  const { writeAtomically } = await import('../src/public/models.ts')
  try {
    await writeAtomically(file, content)
  } catch (error) {
    const { message, cause = error } = error as Error
    const { code = message } = cause as NodeJS.ErrnoException
    throw new Failure(`${flag} ${file} could not be written (${code})`, { cause: error })
  }
}
