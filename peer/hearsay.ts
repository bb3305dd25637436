#!/usr/bin/env node
// Nothing is imported before the version is known: an older Node would end with a syntax error nobody understands.

/** Of package.json's `engines`. */
const NEEDED = [22, 12]
const { node } = process.versions
const [major, minor] = node.split('.').map(Number)

if (major < NEEDED[0] || (major === NEEDED[0] && minor < NEEDED[1])) {
  process.stderr.write(
    `hearsay: needs Node.js ${NEEDED.join('.')} or newer, and this is ${node}; see https://nodejs.org/\n`,
  )
  process.exitCode = 2
} else {
  if (['peer', 'swarm'].includes(process.argv[2])) {
    const { keepYoungGenerationSmall } = await import('./young-generation.ts')
    keepYoungGenerationSmall()
  }
  const { enableCompileCache } = await import('node:module')
  // Half of what a start costs is reading the same libraries again. Deno has a cache of its own, and not this function.
  enableCompileCache?.()
  const { main } = await import('./main.ts')
  await main(process.argv.slice(2))
}

export {}
