import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { HearsayError } from './errors.ts'

/** What lies there is no regular file, or one that is larger than expected. */
export class IrregularFileError extends HearsayError {
  override readonly name = 'IrregularFileError'
}

export interface RegularFileOptions {
  /** How it is opened, as for open(2). Default: for reading. */
  readonly flags?: number
  /** Permissions of a file that is made. Default: for its owner alone. */
  readonly mode?: number
  /** Whether a symbolic link is followed to what it points to. Default: it is refused. */
  readonly follow?: boolean
}

/** Windows has neither: it has no such links that a user without rights can make, and no such pipes. */
const { O_NOFOLLOW = 0, O_NONBLOCK = 0, O_RDONLY } = constants

/**
 * Opens a file that is one: no folder, device or pipe, on which a reader could wait for ever.
 *
 * @throws IrregularFileError where it is something else; the system's error where it cannot be opened
 */
export async function openRegularFile(
  path: string,
  { flags = O_RDONLY, mode = 0o600, follow = false }: RegularFileOptions = {},
): Promise<FileHandle> {
  // Not blocking, or a pipe would be waited for before it can be seen that it is one.
  const handle = await open(path, flags | O_NONBLOCK | (follow ? 0 : O_NOFOLLOW), mode).catch(cause => {
    throw irregular(path, cause) ?? cause
  })
  try {
    const found = await handle.stat()
    if (found.isFile()) return handle
    throw new IrregularFileError(`${path} is ${found.isDirectory() ? 'a folder' : 'a device or a pipe'}, and no file`)
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** Reads a file whole. Its size is known before there is memory for it. */
export async function readRegularFile(
  path: string,
  { most, ...options }: RegularFileOptions & { readonly most: number },
): Promise<Buffer<ArrayBuffer>> {
  const handle = await openRegularFile(path, options)
  try {
    return await readWhole(handle, path, most)
  } finally {
    await handle.close()
  }
}

/** @param most bytes that are read @throws IrregularFileError where it has more */
export async function readWhole(handle: FileHandle, path: string, most: number): Promise<Buffer<ArrayBuffer>> {
  const { size } = await handle.stat()
  if (size > most) throw new IrregularFileError(`${path} has ${size} bytes; expected at most ${most}`)
  const bytes = Buffer.allocUnsafeSlow(size)
  let end = 0
  while (end < size) {
    const { bytesRead } = await handle.read(bytes, end, Math.min(size - end, READ_BYTES), end)
    // It was cut meanwhile.
    if (bytesRead === 0) break
    end += bytesRead
  }
  return bytes.subarray(0, end)
}

/** The system reads no more than 2 GiB at once. */
const READ_BYTES = 2 ** 30

function irregular(path: string, cause: NodeJS.ErrnoException): IrregularFileError | undefined {
  switch (cause.code) {
    case 'ELOOP':
    case 'EMLINK':
      return new IrregularFileError(`${path} is a symbolic link, which is not followed here`, { cause })
    case 'EISDIR':
      return new IrregularFileError(`${path} is a folder, and no file`, { cause })
    // A pipe that nobody reads, or a socket.
    case 'ENXIO':
      return new IrregularFileError(`${path} is a device or a pipe, and no file`, { cause })
  }
  return undefined
}
