import { access, constants, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
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
