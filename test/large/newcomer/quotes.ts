import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '../../..')

/** Lines that docs/troubleshooting.md quotes as printed; `…` stands for anything. */
export function quotes(): readonly string[] {
  const text = readFileSync(join(ROOT, 'docs/troubleshooting.md'), 'utf8')
  return [...text.matchAll(/^```text\n(.*?)^```$/gms)].flatMap(([, lines]) => lines.trimEnd().split('\n'))
}

/** Whether a line was printed, but for the time before it and the spaces of a table. */
export function isPrinted(quote: string, outputs: readonly string[]): boolean {
  const escaped = quote.split('…').map(piece =>
    piece
      .trim()
      .replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
      .replaceAll(/ +/g, '\\s+'),
  )
  const pattern = new RegExp(`^\\s*(?:\\d\\d:\\d\\d:\\d\\d )?\\s*${escaped.join('.*')}\\s*$`)
  return outputs.some(output => output.split('\n').some(line => pattern.test(line)))
}

/** Whether the program has what makes a line, each piece between what differs. */
export function isInSource(quote: string): boolean {
  const pieces = quote.replace(/^(hearsay|warning): /, '').split('…')
  return pieces.every(piece => sources.includes(piece.trim()))
}

/** The program's text, with strings that go on in the next line put together. */
const sources = ['src', 'peer']
  .map(read)
  .join('\n')
  .replaceAll(/['`] \+\n\s*['`]/g, '')

function read(room: string): string {
  const files = readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' }).filter(file =>
    file.endsWith('.ts'),
  )
  return files.map(file => readFileSync(join(ROOT, room, file), 'utf8')).join('\n')
}
