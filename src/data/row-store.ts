import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
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
   * @throws DataFileError where there is no room on the disk
   */
  append(elements: Float32Array | Uint8Array): void
  /** All rows. Nothing can be added afterwards. */
  finish(): Float32Array | StoredRows
  /** Gives up: removes what was written. */
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
  let file: { readonly path: string; readonly descriptor: number } | undefined

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
      for (const earlier of blocks) write(file, earlier)
      blocks = []
    }
    write(file, part)
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
        closeSync(file.descriptor)
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
      closeSync(file.descriptor)
      rmSync(file.path, { force: true })
    },
  }
}

function create(): { path: string; descriptor: number } {
  const path = temporaryFile()
  return { path, descriptor: openSync(path, 'wx', 0o600) }
}

function write({ path, descriptor }: { path: string; descriptor: number }, part: Float32Array | Uint8Array): void {
  const bytes = new Uint8Array(part.buffer, part.byteOffset, part.byteLength)
  try {
    for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new DataFileError(
      `samples that do not fit into memory cannot be kept in ${dirname(path)} (${reason}); name a folder with room in TMPDIR`,
      { cause: error },
    )
  }
}
