import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname } from 'node:path'
import { STORE_BLOCK_ELEMENTS } from './constants.ts'
import { DataFileError } from './errors.ts'
import { decodeBytes, type StoredElement, type StoredRows } from './stored-rows.ts'
import { temporaryFile } from './temporary-file.ts'

/** Takes the rows of a dataset as they come, and keeps them in memory until there are too many. */
export interface RowStore {
  /**
   * Adds elements, row after row; a row may come in pieces.
   *
   * @throws DataFileError where the system's temporary folder is none, or has no room
   */
  append(elements: Float32Array | Uint8Array): void
  /** All rows. Nothing can be added afterwards. */
  finish(): Float32Array | StoredRows
  /** Gives up: removes what was written. After {@link finish} too. */
  discard(): void
}

export interface RowStoreOptions {
  readonly element: StoredElement
  /** Elements in a row. */
  readonly width: number
  /** Bytes that all rows may take in memory, as float32. */
  readonly limit: number
}

export function createRowStore({ element, width, limit }: RowStoreOptions): RowStore {
  const newBlock = () =>
    element === 'uint8' ? new Uint8Array(STORE_BLOCK_ELEMENTS) : new Float32Array(STORE_BLOCK_ELEMENTS)
  /** Full blocks, while all is in memory. */
  let blocks: (Float32Array | Uint8Array)[] = []
  let block = newBlock()
  let filled = 0
  let total = 0
  let file: OpenFile | undefined
  let isOpen = false

  function flush(): void {
    total += filled
    const part = block.subarray(0, filled)
    filled = 0
    if (file === undefined && total * Float32Array.BYTES_PER_ELEMENT <= limit) {
      blocks.push(part)
      block = newBlock()
      return
    }
    if (file === undefined) {
      file = create()
      isOpen = true
      for (const earlier of blocks) write(file, earlier)
      blocks = []
    }
    write(file, part)
  }

  function close({ descriptor }: OpenFile): void {
    if (isOpen) closeSync(descriptor)
    isOpen = false
  }

  return {
    append(elements) {
      for (let from = 0; from < elements.length; ) {
        const taken = elements.subarray(from, from + block.length - filled)
        block.set(taken, filled)
        filled += taken.length
        from += taken.length
        if (filled === block.length) flush()
      }
    },

    finish() {
      flush()
      if (file !== undefined) {
        close(file)
        const rows = Int32Array.from({ length: total / width }, (_, row) => row)
        return { file: file.path, element, width, rows }
      }
      const inputs = new Float32Array(total)
      let at = 0
      for (const part of blocks) {
        if (part instanceof Uint8Array) decodeBytes(part, inputs.subarray(at, at + part.length))
        else inputs.set(part, at)
        at += part.length
      }
      return inputs
    },

    discard() {
      if (file === undefined) return
      close(file)
      rmSync(file.path, { force: true })
    },
  }
}

interface OpenFile {
  readonly path: string
  readonly descriptor: number
}

function create(): OpenFile {
  try {
    const path = temporaryFile()
    return { path, descriptor: openSync(path, 'wx', 0o600) }
  } catch (error) {
    throw cannotKeep(tmpdir(), error)
  }
}

function write({ path, descriptor }: OpenFile, part: Float32Array | Uint8Array): void {
  const bytes = new Uint8Array(part.buffer, part.byteOffset, part.byteLength)
  try {
    for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done)
  } catch (error) {
    throw cannotKeep(dirname(path), error)
  }
}

function cannotKeep(folder: string, error: unknown): DataFileError {
  const reason = error instanceof Error ? error.message : String(error)
  return new DataFileError(
    `samples that do not fit into memory cannot be kept in ${folder} (${reason}); name a folder with room in TMPDIR`,
    { cause: error },
  )
}
