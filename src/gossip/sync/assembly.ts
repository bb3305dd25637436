import { createParameterHasher } from '../../parameters/hash.ts'
import type { Range } from '../../parameters/range.ts'
import type { PeerId } from '../ports.ts'
import type { FetchedPiece } from './fetch.ts'
import { piecesOf } from './pieces.ts'

/** A piece that is there, and the peer that gave it. */
export interface Part extends Omit<FetchedPiece, 'values'> {
  readonly piece: Range
  readonly from: PeerId
}

/** A vector that is put together from pieces, in whatever order they come. */
export interface Assembly {
  /** SHA-256 that the whole is to have; undefined where it is the current parameters that are wanted. */
  readonly hash: string | undefined
  /** `[length]`; anything in place of what is missing. It belongs to the assembly, and changes with it. */
  readonly vector: Float32Array
  readonly complete: boolean
  /** In order. */
  missing(): readonly Range[]
  /** In order. */
  parts(): readonly Part[]
  /** Keeps a piece. Where it is there already, the first one stays. */
  put(piece: Range, from: PeerId, fetched: FetchedPiece): void
  /** Drops the parts that `unwanted` names. */
  drop(unwanted: (part: Part) => boolean): void
  /** ‖x‖₂ of what is there. */
  norm(): number
  /** Whether the whole has the hash that it is to have. Ask once, and only when all is there. */
  matches(): boolean
}

export function createAssembly(length: number, hash: string | undefined): Assembly {
  const vector = new Float32Array(length)
  const pieces = piecesOf(length)
  const parts = new Map<Range, Part>()
  let hasher = createParameterHasher()
  /** Pieces, from the first on, that the hasher has seen. A model hashed all at once would hold up the event loop. */
  let hashed = 0

  const valuesOf = ({ first, end }: Range) => vector.subarray(first, end)

  return {
    hash,
    vector,
    get complete() {
      return parts.size === pieces.length
    },
    missing: () => pieces.filter(piece => !parts.has(piece)),
    parts: () => pieces.flatMap(piece => parts.get(piece) ?? []),

    put(piece, from, { values, ...rest }) {
      if (parts.has(piece)) return
      valuesOf(piece).set(values)
      parts.set(piece, { piece, from, ...rest })
      if (hash === undefined) return
      for (; hashed < pieces.length && parts.has(pieces[hashed]); hashed++) hasher.update(valuesOf(pieces[hashed]))
    },

    drop(unwanted) {
      for (const part of [...parts.values()].filter(unwanted)) parts.delete(part.piece)
      hasher = createParameterHasher()
      hashed = 0
    },

    norm: () => Math.hypot(...[...parts.values()].map(part => part.norm)),
    matches: () => hash === undefined || hasher.digest() === hash,
  }
}
