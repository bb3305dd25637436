import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { WriteError, writeAtomically } from './atomic-file.ts'
import { syncFolder } from './sync-folder.ts'
import { whyUnwritten } from './why-unwritten.ts'

/**
 * Makes a folder that is there with all its files or not at all: written beside its place and renamed, as
 * {@link writeAtomically} does with a file. What a killed process left beside it is removed by the next one.
 *
 * @param path of the folder, which may exist only if it is empty
 * @throws WriteError
 */
export async function writeFolderAtomically(
  path: string,
  files: readonly { readonly name: string; readonly content: Uint8Array | string }[],
): Promise<void> {
  // Beside it, and not in it: the folder's name may end with a slash.
  const place = resolve(path)
  const beside = `${place}.part`
  try {
    await rm(beside, { recursive: true, force: true })
    await mkdir(beside)
    for (const { name, content } of files) await writeAtomically(join(beside, name), content)
    await rename(beside, place)
  } catch (error) {
    await rm(beside, { recursive: true, force: true })
    if (error instanceof WriteError) throw error
    throw new WriteError(`${path} cannot be written: ${whyUnwritten(error)}`, { cause: error })
  }
  await syncFolder(dirname(place))
}
