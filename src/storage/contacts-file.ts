import { join } from 'node:path'
import { z } from 'zod'
import type { Contact } from '../gossip/ports.ts'
import { readRegularFile } from '../regular-file.ts'
import { writeAtomically } from './atomic-file.ts'
import { MAX_SMALL_FILE_BYTES, PRIVATE } from './constants.ts'
import { sealDocument, unsealDocument } from './sealed-document.ts'

const CONTACTS = 'contacts.json'

const schema = z.strictObject({
  contacts: z.array(
    z.strictObject({
      peer: z.string(),
      addresses: z.array(z.string()),
    }),
  ),
})

/** Where members were reached, for the next run. */
export interface ContactsFile {
  /** The newest first; none where none were kept, or where the file is damaged, of which is told. */
  read(): Promise<readonly Contact[]>
  /** Replaces what was kept, soon; of several calls the last one counts. */
  keep(contacts: readonly Contact[]): void
  /** Resolves when what was to be kept is, or cannot be. */
  settled(): Promise<void>
}

/** @param folder of the state */
export function contactsFile(folder: string, warn: (message: string) => void): ContactsFile {
  const file = join(folder, CONTACTS)
  let next: readonly Contact[] | undefined
  let writing: Promise<void> | undefined

  async function write(): Promise<void> {
    while (next !== undefined) {
      const content = sealDocument(`${JSON.stringify({ contacts: next })}\n`)
      next = undefined
      await writeAtomically(file, content, PRIVATE)
    }
  }

  return {
    async read() {
      try {
        const text = unsealDocument((await readRegularFile(file, { most: MAX_SMALL_FILE_BYTES })).toString())
        if (text !== undefined) return schema.parse(JSON.parse(text)).contacts
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
      }
      warn(
        `${file} is damaged, or cannot be read: where members were reached before is not known, and they are not looked for there`,
      )
      return []
    },
    keep(contacts) {
      next = contacts
      writing ??= write()
        .catch(error => warn(`where members were reached is not kept: ${error.message}`))
        .finally(() => {
          writing = undefined
        })
    },
    settled: async () => writing,
  }
}
