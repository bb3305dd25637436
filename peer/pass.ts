import { readFile, stat } from 'node:fs/promises'
import { WrongUsage } from './wrong-usage.ts'

/** What lets a peer in, an invitation or a key, and the file that held it, if one did. */
export interface Pass {
  readonly text: string
  readonly file?: string
}

/** Far more than an invitation or a key takes: whatever is larger was named by mistake. */
const MOST_BYTES = 64 * 1024

const LOOKS_LIKE_ONE = /^\s*hearsay-(invite|key)-/

/** @throws WrongUsage where the file is none of them, or there is none */
export async function readPass(flag: string, given: string): Promise<Pass> {
  const found = await stat(given).catch(() => undefined)
  if (found === undefined) {
    if (looksLikePass(given)) return { text: given }
    const short = given.length > 60 ? `${given.slice(0, 60)}…` : given
    throw new WrongUsage(
      `${flag} ${short} is neither an invitation nor a key, which begin with hearsay-invite- and hearsay-key-, and there is no such file`,
    )
  }
  if (!found.isFile() || found.size > MOST_BYTES) {
    throw new WrongUsage(`${flag} ${given} is no file of an invitation or a key; expected one, or the text itself`)
  }
  return { text: (await readFile(given, 'utf8')).trim(), file: given }
}

/** Whether a text begins as an invitation or a key does. */
export function looksLikePass(text: string): boolean {
  return LOOKS_LIKE_ONE.test(text)
}
