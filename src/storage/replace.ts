import { rename } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

/** What Windows says of a file that somebody has open at this moment: a reader, a search index, a virus scanner. */
const IN_USE: readonly (string | undefined)[] = ['EPERM', 'EBUSY']

/** Between two tries. */
const PAUSE_MS = 20

/** Half a second in all: readers of small files are long done, and what is refused for good is not kept waiting. */
const MAX_TRIES = 25

/** Renames a file over another, which on Windows nobody may have open: waits for a short while until nobody has. */
export async function replace(from: string, to: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await rename(from, to)
    } catch (error) {
      if (tries === MAX_TRIES || !IN_USE.includes((error as NodeJS.ErrnoException).code)) throw error
      await sleep(PAUSE_MS)
    }
  }
}
