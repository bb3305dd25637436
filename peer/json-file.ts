import { readFile } from 'node:fs/promises'
import { WrongUsage } from './wrong-usage.ts'

/** @param what the file should be, for messages: `a recipe` */
export async function readBytes(file: string, what: string): Promise<Buffer> {
  if (file === '') throw new WrongUsage(`the name of a file is empty; expected ${what}`)
  try {
    return await readFile(file)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') throw new WrongUsage(`${file}: there is no such file; expected ${what}`)
    if (code === 'EISDIR') throw new WrongUsage(`${file} is a folder; expected ${what}`)
    throw new WrongUsage(`${file} cannot be read (${code}); expected ${what}`)
  }
}

/** @param what the file should be, for messages */
export function parseJson(text: string, file: string, what: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new WrongUsage(`${file} is not JSON (${(error as SyntaxError).message}); expected ${what}`)
  }
}
