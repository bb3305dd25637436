import { Readable } from 'node:stream'
import { MAXIMUM_ROW_CHARACTERS, SAMPLE_BYTES, SAMPLE_ROWS } from '../constants.ts'
import { unzipped } from '../unzipped.ts'
import { requireKind } from './file-kind.ts'
import { findEncoding, readText } from './text-encoding.ts'
import { readPieces, type WatchedFile } from './watched-file.ts'

/** The parser looks ahead for a quote and a line end before it takes a row for ended. */
const LAST_LINES = '\n'.repeat(4)

/** The beginning of a table's text. */
export interface Sample {
  /** UTF-8, as far as the last line that has ended. */
  readonly text: Buffer
  /** Whether this is all of it. */
  readonly isWhole: boolean
  /** In which the file is written. */
  readonly encoding: string
}

/**
 * @param told the encoding, where somebody says it
 * @throws DataFileError where the file cannot be read, or is no text
 */
export async function readSample(file: WatchedFile, told: string | undefined): Promise<Sample> {
  return await file.reading(async handle => {
    const { start, rest } = await withStart(unzipped(Readable.from(readPieces(handle)), file.path))
    requireKind(file.path, start, 'csv')
    const encoding = findEncoding(file.path, start, told)
    const pieces: Buffer[] = []
    let bytes = 0
    let lines = 0
    for await (const piece of readText(rest, file.path, encoding)) {
      pieces.push(piece)
      bytes += piece.length
      for (let at = piece.indexOf(10); at >= 0; at = piece.indexOf(10, at + 1)) lines++
      const isEnough = bytes >= SAMPLE_BYTES && lines > SAMPLE_ROWS
      if (!isEnough && bytes < MAXIMUM_ROW_CHARACTERS) continue
      const text = Buffer.concat(pieces).subarray(0, MAXIMUM_ROW_CHARACTERS)
      return { text: text.subarray(0, text.lastIndexOf(10) + 1), isWhole: false, encoding }
    }
    return { text: Buffer.concat([...pieces, Buffer.from(LAST_LINES)]), isWhole: true, encoding }
  })
}

/** The first piece, long enough to tell a file by, and all pieces, this one included. */
async function withStart(
  pieces: AsyncGenerator<Uint8Array>,
): Promise<{ start: Buffer; rest: AsyncGenerator<Uint8Array> }> {
  let start: Buffer = Buffer.alloc(0)
  while (start.length < SAMPLE_BYTES) {
    const { value, done } = await pieces.next()
    if (done) break
    start = Buffer.concat([start, value])
  }
  async function* all(): AsyncGenerator<Uint8Array> {
    yield start
    yield* pieces
  }
  return { start, rest: all() }
}
