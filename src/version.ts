import { readFileSync } from 'node:fs'

/** The package's version: one folder up in the sources, two once built. */
export function version(): string {
  for (const path of ['../package.json', '../../package.json']) {
    try {
      return (JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')) as { version: string }).version
    } catch {
      // Not here: the next place.
    }
  }
  return 'unknown'
}
