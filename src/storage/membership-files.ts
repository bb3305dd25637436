/**
 * The part of a state that says who its peer is, what lets it in, and who was revoked. Unlike the rest it is also read, and revocations are
 * added, by processes that do not have the folder: `hearsay invite` and `hearsay revoke`, while the peer runs.
 *
 * @packageDocumentation
 */

import { createHash } from 'node:crypto'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { readRegularFile } from '../regular-file.ts'
import { writeAtomically } from './atomic-file.ts'
import { MAX_DOCUMENT_BYTES, MAX_SMALL_FILE_BYTES, PRIVATE, PRIVATE_FOLDER } from './constants.ts'
import { IDENTITY, RECIPE, StateError } from './state-directory.ts'

/** What a peer proves to others: its invitations, or the key that members share. */
const PASS = 'membership'
/** A folder, with a file for each, under the SHA-256 of what is in it: whoever adds one disturbs nobody. */
const REVOCATIONS = 'revocations'
const DIGEST = /^[0-9a-f]{64}$/

export interface MembershipFiles {
  /** The peer's private key, where it has been made. */
  identity(): Promise<Uint8Array | undefined>
  /** The text of the recipe of which the state is, where it is known. */
  recipe(): Promise<string | undefined>
  /** What lets the peer in, where it has been. */
  pass(): Promise<string | undefined>
  keepPass(text: string): Promise<void>
  /**
   * The revocations that were added, by the SHA-256 of each.
   *
   * @param known need not be read
   * @throws StateError where one is damaged
   */
  revocations(known?: ReadonlySet<string>): Promise<ReadonlyMap<string, Uint8Array>>
  addRevocation(bytes: Uint8Array): Promise<void>
  dropRevocation(digest: string): Promise<void>
}

/** @param path of the state's folder, which is not taken */
export function membershipFiles(path: string): MembershipFiles {
  const folder = join(path, REVOCATIONS)
  return {
    identity: () => read(join(path, IDENTITY), MAX_SMALL_FILE_BYTES),
    recipe: async () => (await read(join(path, RECIPE), MAX_DOCUMENT_BYTES))?.toString(),
    pass: async () => (await read(join(path, PASS), MAX_SMALL_FILE_BYTES))?.toString(),
    keepPass: text => writeAtomically(join(path, PASS), `${text}\n`, PRIVATE),

    async revocations(known = new Set()) {
      const names = await readdir(folder).catch(error => {
        if (error.code === 'ENOENT') return []
        throw unreadable(folder, error)
      })
      const found = new Map<string, Uint8Array>()
      for (const name of names) {
        if (!DIGEST.test(name) || known.has(name)) continue
        const file = join(folder, name)
        const bytes = await read(file, MAX_SMALL_FILE_BYTES)
        // It was dropped since the folder was read.
        if (bytes === undefined) continue
        if (digestOf(bytes) !== name) {
          throw new StateError(`${file} is damaged: remove it, and revoke again whom it revoked, with hearsay revoke`)
        }
        found.set(name, bytes)
      }
      return found
    },

    async addRevocation(bytes) {
      await mkdir(folder, { mode: PRIVATE_FOLDER }).catch(error => {
        if (error.code !== 'EEXIST') throw error
      })
      await writeAtomically(join(folder, digestOf(bytes)), bytes, PRIVATE)
    },

    dropRevocation: digest => rm(join(folder, digest), { force: true }),
  }
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

async function read(file: string, most: number): Promise<Buffer | undefined> {
  try {
    return await readRegularFile(file, { most })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw unreadable(file, error)
  }
}

function unreadable(file: string, cause: unknown): StateError {
  return new StateError(`${file} cannot be read: ${(cause as Error).message}`, { cause })
}
