import { isUtf8 } from 'node:buffer'
import { DataFileError } from '../errors.ts'
import { problemText } from './problems.ts'

const UTF8 = 'utf-8'
const BYTE_ORDER_MARKS = [
  { encoding: UTF8, bytes: 'efbbbf' },
  { encoding: 'utf-16le', bytes: 'fffe' },
  { encoding: 'utf-16be', bytes: 'feff' },
]

/** One in so many bytes is zero at least, at one of two places, where text is UTF-16: line ends and separators alone are more. */
const ZERO_BYTES_SHARE = 40

/**
 * The encoding of a text by its first bytes: what a byte-order mark says, else what is told, else UTF-16 where every second byte is
 * often zero, else UTF-8.
 *
 * @throws DataFileError where the bytes are no text
 */
export function findEncoding(file: string, start: Buffer, told: string | undefined): string {
  const marked = BYTE_ORDER_MARKS.find(({ bytes }) => start.toString('hex', 0, bytes.length / 2) === bytes)
  if (marked !== undefined) return marked.encoding
  if (told !== undefined) return told
  const zeros = [0, 0]
  for (let at = start.indexOf(0); at >= 0; at = start.indexOf(0, at + 1)) zeros[at % 2]++
  const [even, odd] = zeros
  if (even + odd === 0) return UTF8
  const many = start.length / ZERO_BYTES_SHARE
  if (odd > many && odd > 10 * even) return 'utf-16le'
  if (even > many && even > 10 * odd) return 'utf-16be'
  throw new DataFileError(`${file}: found bytes that are no text; expected a table as text: write it as CSV first`)
}

/**
 * The text as UTF-8, without a byte-order mark, each line ended by `\n`, whatever its ends are in the file.
 *
 * @throws DataFileError where bytes are none of the encoding, naming of UTF-8 the line and the byte
 */
export async function* readText(
  pieces: AsyncIterable<Uint8Array>,
  file: string,
  encoding: string,
): AsyncGenerator<Buffer, void, undefined> {
  const lineEnds = createLineEnds()
  const utf8 = encoding === UTF8 ? pieces : decoded(pieces, file, encoding)
  let isFirst = true
  let line = 1
  let rest: Buffer = Buffer.alloc(0)
  for await (const piece of utf8) {
    let bytes = lineEnds(Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength))
    if (rest.length > 0) bytes = Buffer.concat([rest, bytes])
    if (isFirst) {
      // The mark may come in pieces.
      if (bytes.length < 3) {
        rest = bytes
        continue
      }
      isFirst = false
      if (bytes.toString('hex', 0, 3) === 'efbbbf') bytes = bytes.subarray(3)
    }
    const end = wholeCharacters(bytes)
    const whole = bytes.subarray(0, end)
    rest = bytes.subarray(end)
    if (!isUtf8(whole)) throw notUtf8(file, whole, line)
    for (let at = whole.indexOf(10); at >= 0; at = whole.indexOf(10, at + 1)) line++
    yield whole
  }
  if (!isUtf8(rest)) throw notUtf8(file, rest, line)
  if (rest.length > 0) yield rest
}

async function* decoded(
  pieces: AsyncIterable<Uint8Array>,
  file: string,
  encoding: string,
): AsyncGenerator<Buffer, void, undefined> {
  const decoder = new TextDecoder(encoding, { fatal: true })
  // In one go Node 22 reads windows-1252 as Latin-1, without a euro sign; as a stream it does not.
  const decode = (piece: Uint8Array) => Buffer.from(decoder.decode(piece, { stream: true }))
  let read = 0
  try {
    for await (const piece of pieces) {
      yield decode(piece)
      read += piece.length
    }
    yield Buffer.from(decoder.decode())
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new DataFileError(
      `${file}: found bytes that are not ${encoding.toUpperCase()}, after the first ${read.toLocaleString('en')}; ` +
        'expected a text in one encoding: name it with ?encoding=NAME, such as utf-8 or windows-1252',
      { cause: error },
    )
  }
}

/** Makes each line end one `\n`, in place; what comes in pieces is as if it came at once. */
function createLineEnds(): (bytes: Buffer) => Buffer {
  let followsReturn = false
  return bytes => {
    let from = followsReturn && bytes[0] === 10 ? 1 : 0
    followsReturn = bytes.length === 0 ? followsReturn : bytes[bytes.length - 1] === 13
    if (bytes.indexOf(13) < 0) return bytes.subarray(from)
    let to = 0
    for (; from < bytes.length; from++) {
      const byte = bytes[from]
      bytes[to++] = byte === 13 ? 10 : byte
      if (byte === 13 && bytes[from + 1] === 10) from++
    }
    return bytes.subarray(0, to)
  }
}

/** Where the last character that is there as a whole ends: one has four bytes at most, all but the first of the form 10xxxxxx. */
function wholeCharacters(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(4, bytes.length); back++) {
    const byte = bytes[bytes.length - back]
    if (byte < 0x80) break
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
      return back < length ? bytes.length - back : bytes.length
    }
  }
  return bytes.length
}

function notUtf8(file: string, bytes: Buffer, firstLine: number): DataFileError {
  let row = firstLine
  let start = 0
  for (let end = bytes.indexOf(10); end >= 0 && isUtf8(bytes.subarray(start, end)); end = bytes.indexOf(10, start)) {
    start = end + 1
    row++
  }
  // What cannot be decoded becomes U+FFFD; what stands before it is as long as it was.
  const before = new TextDecoder().decode(bytes.subarray(start)).split('\ufffd')[0]
  const byte = bytes[start + Buffer.byteLength(before)].toString(16).toUpperCase()
  const text =
    `found the byte 0x${byte}, which is not UTF-8; expected UTF-8 or UTF-16: ` +
    'of a file that Excel or an older program wrote in western Europe say ?encoding=windows-1252, of others name theirs'
  return new DataFileError(problemText(file, { row, text }))
}
