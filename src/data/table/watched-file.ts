import type { Stats } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { PIECE_BYTES } from '../constants.ts'
import { DataFileError } from '../errors.ts'
import { unreadable } from '../files.ts'

/** A file that is read more than once, and must be the same each time. */
export interface WatchedFile {
  readonly path: string
  readonly bytes: number
  /**
   * Opens the file for what `use` does with it, and closes it.
   *
   * @throws DataFileError where the file cannot be read, or is another, or has changed, since {@link watchFile}
   */
  reading<Result>(use: (handle: FileHandle) => Promise<Result>): Promise<Result>
  /** The same for what comes piece by piece. */
  pieces<Piece>(use: (handle: FileHandle) => AsyncIterable<Piece>): AsyncGenerator<Piece, void, undefined>
}

/**
 * Remembers how a file is now: its size, and when it was last written.
 *
 * @throws DataFileError where there is none, or it is no regular file
 */
export async function watchFile(path: string): Promise<WatchedFile> {
  const atFirst = await statOf(path)
  if (atFirst.isDirectory()) throw new DataFileError(`${path}: this is a folder; expected a file`)
  if (!atFirst.isFile()) {
    throw new DataFileError(
      `${path}: this is no regular file, and can be read only once; expected one that can be read again: write it to a file first`,
    )
  }

  function requireSame(now: Stats): void {
    if (now.size === atFirst.size && now.mtimeMs === atFirst.mtimeMs && now.ino === atFirst.ino) return
    throw new DataFileError(
      `${path}: the file changed while it was read (it had ${bytesOf(atFirst)} and now has ${bytesOf(now)}); ` +
        'expected one that stays as it is: read a copy, or wait until it is written',
    )
  }

  async function opened(): Promise<FileHandle> {
    const handle = await open(path).catch(error => {
      throw unreadable(path, error)
    })
    try {
      requireSame(await handle.stat())
      return handle
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  /** A fault of a file that changes is no fault of what is in it. */
  async function explained(error: unknown): Promise<unknown> {
    try {
      requireSame(await statOf(path))
      return error
    } catch (changed) {
      return changed
    }
  }

  return {
    path,
    bytes: atFirst.size,

    async reading(use) {
      const handle = await opened()
      try {
        const result = await use(handle)
        requireSame(await statOf(path))
        return result
      } catch (error) {
        throw await explained(error)
      } finally {
        await handle.close()
      }
    },

    async *pieces(use) {
      const handle = await opened()
      try {
        yield* use(handle)
        requireSame(await statOf(path))
      } catch (error) {
        throw await explained(error)
      } finally {
        await handle.close()
      }
    },
  }
}

/**
 * The bytes of an open file from its beginning. Whoever iterates may keep and change each piece.
 *
 * @param onRead told how many were read so far
 */
export async function* readPieces(
  handle: FileHandle,
  onRead: (read: number) => void = () => {},
): AsyncGenerator<Buffer, void, undefined> {
  for (let at = 0; ; ) {
    const piece = Buffer.allocUnsafe(PIECE_BYTES)
    const { bytesRead } = await handle.read(piece, 0, piece.length, at)
    if (bytesRead === 0) return
    at += bytesRead
    onRead(at)
    yield piece.subarray(0, bytesRead)
  }
}

async function statOf(path: string): Promise<Stats> {
  return await stat(path).catch(error => {
    throw unreadable(path, error)
  })
}

const bytesOf = ({ size }: Stats) => `${size.toLocaleString('en')} bytes`
