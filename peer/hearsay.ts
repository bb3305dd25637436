#!/usr/bin/env node
// Nothing is imported before the version is known: an older Node would end with a syntax error nobody understands.

const NEEDED = 22
const { node } = process.versions

if (Number.parseInt(node, 10) < NEEDED) {
  process.stderr.write(`hearsay: needs Node.js ${NEEDED} or newer, and this is ${node}; see https://nodejs.org/\n`)
  process.exitCode = 2
} else {
  const { enableCompileCache } = await import('node:module')
  // Half of what a start costs is reading the same libraries again.
  enableCompileCache()
  const { main } = await import('./main.ts')
  await main(process.argv.slice(2))
}

export {}
