import { DataFileError } from '../errors.ts'

/** Kinds of files that are read as tables. */
export type TableKind = 'csv' | 'parquet' | 'npy'

const EXPECTED: Readonly<Record<TableKind, string>> = {
  csv: 'a table as text',
  parquet: 'a Parquet file',
  npy: 'a NumPy array (.npy)',
}

interface FileKind {
  /** The bytes with which such a file begins, in hexadecimal. */
  readonly start: string
  readonly name: string
  /** What to do with it. */
  readonly remedy: string
  /** How it is read, where it is. */
  readonly kind?: TableKind
}

const SAVE_AS_CSV = 'save the sheet as "CSV UTF-8" and name that file'
const EXPORT = 'write its table to a CSV or Parquet file, and name that'
const UNPACK = 'unpack it and name the file that was in it'

const PDF = '25504446'

/** Bytes below this one are in no text. */
const LOWEST_OF_TEXT = 7

/** Files that people take for tables, or get in place of one. */
const KINDS: readonly FileKind[] = [
  { start: '50415231', name: 'a Parquet file', remedy: 'say parquet:FILE', kind: 'parquet' },
  { start: '934e554d5059', name: 'a NumPy array', remedy: 'say npy:FILE', kind: 'npy' },
  { start: 'd0cf11e0a1b11ae1', name: 'an old Excel file (.xls)', remedy: SAVE_AS_CSV },
  { start: '89484446', name: 'an HDF5 file', remedy: EXPORT },
  { start: '4152524f5731', name: 'an Arrow (Feather) file', remedy: EXPORT },
  { start: '53514c69746520666f726d61742033', name: 'an SQLite database', remedy: EXPORT },
  { start: '4d41544c4142', name: 'a MATLAB file', remedy: EXPORT },
  { start: '580a000000', name: 'data of R (.rds)', remedy: EXPORT },
  { start: '52445832', name: 'data of R (.RData)', remedy: EXPORT },
  { start: '52445833', name: 'data of R (.RData)', remedy: EXPORT },
  { start: '8002', name: 'a Python pickle', remedy: EXPORT },
  { start: '8003', name: 'a Python pickle', remedy: EXPORT },
  { start: '8004', name: 'a Python pickle', remedy: EXPORT },
  { start: '8005', name: 'a Python pickle', remedy: EXPORT },
  { start: '1f8b', name: 'a gzip file', remedy: UNPACK },
  { start: '425a68', name: 'a bzip2 file', remedy: UNPACK },
  { start: 'fd377a585a00', name: 'an xz file', remedy: UNPACK },
  { start: '28b52ffd', name: 'a Zstandard file', remedy: UNPACK },
  { start: '377abcaf271c', name: 'a 7-Zip archive', remedy: UNPACK },
  { start: PDF, name: 'a PDF file', remedy: EXPORT },
  { start: '89504e47', name: 'an image (PNG)', remedy: 'say images:DIR for a folder of images' },
  { start: 'ffd8ff', name: 'an image (JPEG)', remedy: 'say images:DIR for a folder of images' },
]

/**
 * Refuses a file that is something else than it is read as, where its beginning tells what, and an empty one.
 *
 * @param start the first bytes: some 64 KiB, or all
 * @throws DataFileError naming what the file is, and what to do
 */
export function requireKind(file: string, start: Buffer, kind: TableKind): void {
  if (start.length === 0) {
    throw new DataFileError(`${file}: the file is empty; expected ${EXPECTED[kind]}: columns with names, and rows`)
  }
  const found = packedKind(start) ?? KINDS.find(one => isOne(one, start)) ?? textKind(start)
  if (found === undefined || found.kind === kind) return
  throw new DataFileError(`${file}: this is ${found.name}; expected ${EXPECTED[kind]}: ${found.remedy}`)
}

/** A column may be named PAR1: files of these kinds, unlike text, soon have bytes below those of blanks and line ends. */
function isOne({ start: bytes }: FileKind, start: Buffer): boolean {
  if (start.toString('hex', 0, bytes.length / 2) !== bytes) return false
  return bytes === PDF || start.subarray(0, 1_024).some(byte => byte < LOWEST_OF_TEXT)
}

/** A zip archive, as which many programs write their files. */
function packedKind(start: Buffer): Omit<FileKind, 'start'> | undefined {
  if (start.toString('latin1', 0, 4) !== 'PK\x03\x04') return undefined
  // Names stand unpacked before each file of the archive.
  if (start.includes('xl/') || start.includes('[Content_Types].xml')) {
    return { name: 'an Excel file (.xlsx)', remedy: SAVE_AS_CSV }
  }
  if (start.includes('opendocument.spreadsheet')) return { name: 'an OpenDocument sheet', remedy: SAVE_AS_CSV }
  if (start.includes('.npy')) {
    return {
      name: 'a NumPy archive (.npz)',
      remedy: 'write each array to a file of its own with numpy.save, and say npy:INPUTS,LABELS',
    }
  }
  return { name: 'a zip archive', remedy: UNPACK }
}

/** Text that is no table. */
function textKind(start: Buffer): Omit<FileKind, 'start'> | undefined {
  const text = start.toString('utf8', 0, 1_024).replace(/^\ufeff/, '')
  if (/^\s*<(!doctype html|html|head|body|table)\b/i.test(text)) {
    return {
      name: 'a web page (HTML)',
      remedy: 'a download may have given the page about the file, or a form to log in, in its place: download it again',
    }
  }
  if (/^\s*<\?xml\b/i.test(text)) return { name: 'an XML file', remedy: EXPORT }
  if (/^\s*(\{\s*"|\[\s*[{[])/.test(text)) return { name: 'a JSON file', remedy: EXPORT }
  return undefined
}
