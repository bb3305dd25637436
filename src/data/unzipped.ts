import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { DataFileError } from './errors.ts'
import { unreadable } from './files.ts'

/**
 * The bytes of a file, unpacked where it is gzip: by its first bytes, not its name, as some mirrors unpack on the way and
 * keep the name.
 *
 * @param file for messages
 * @throws DataFileError where the file cannot be read, or is packed and damaged
 */
export async function* unzipped(content: Readable, file: string): AsyncGenerator<Uint8Array> {
  try {
    const pieces: AsyncIterator<Uint8Array> = content[Symbol.asyncIterator]()
    let start = Buffer.alloc(0)
    while (start.length < 2) {
      const { value, done } = await pieces.next()
      if (done) break
      start = Buffer.concat([start, value])
    }
    async function* whole(): AsyncGenerator<Uint8Array> {
      yield start
      yield* { [Symbol.asyncIterator]: () => pieces }
    }
    const isPacked = start[0] === 0x1f && start[1] === 0x8b
    // Errors come out of the last stream, which is read here.
    yield* isPacked ? pipeline(Readable.from(whole()), createGunzip(), () => {}) : whole()
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && String(error.code).startsWith('Z_'))) {
      throw unreadable(file, error)
    }
    throw new DataFileError(`${file}: the gzip file is damaged or cut short (${error.message})`, { cause: error })
  } finally {
    content.destroy()
  }
}
