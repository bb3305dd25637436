/**
 * Part of `npm run check`: the package as others will install it. publint reads what package.json promises, attw resolves every entry
 * as TypeScript does. Only as modules: there is nothing for `require` without `import`, nor for the resolution of Node 10. And what it weighs
 * keeps to a budget, which is raised by whoever adds a weight on purpose.
 */

import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { dependencyBytes } from './installed-bytes.ts'

/** Of what is fetched from the registry, packed, and of all files of an install with all that it depends on. */
const PACKED_BUDGET_BYTES = 2_000_000
const INSTALL_BUDGET_BYTES = 145_000_000

const root = join(import.meta.dirname, '..')
const folder = await mkdtemp(join(tmpdir(), 'hearsay-package-'))
try {
  const { stdout } = await promisify(execFile)('npm', ['pack', '--json', '--pack-destination', folder], { cwd: root })
  const [{ filename, size, unpackedSize }] = JSON.parse(stdout.slice(stdout.indexOf('['))) as [Packed]
  const tarball = await readFile(join(folder, filename))
  const installed = unpackedSize + (await dependencyBytes())
  const complaints = [
    ...(await publintOf(tarball)),
    ...(await attwOf(tarball)),
    ...exceeding('packed', size, PACKED_BUDGET_BYTES),
    ...exceeding('installed with what it depends on', installed, INSTALL_BUDGET_BYTES),
  ]
  for (const complaint of complaints) console.error(complaint)
  const verdict = complaints.length === 0 ? 'nothing to complain about' : `${complaints.length} complaints`
  console.log(`${filename}: ${verdict}; ${megabytes(size)} packed, ${megabytes(installed)} installed`)
  process.exitCode = complaints.length === 0 ? 0 : 1
} finally {
  await rm(folder, { recursive: true, force: true })
}

/** What `npm pack` tells of what it has made. */
interface Packed {
  readonly filename: string
  /** Bytes. */
  readonly size: number
  readonly unpackedSize: number
}

function exceeding(what: string, bytes: number, budget: number): readonly string[] {
  return bytes <= budget ? [] : [`size: ${what} ${megabytes(bytes)}, of ${megabytes(budget)}`]
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(2)} MB`
}

async function publintOf(tarball: Buffer): Promise<string[]> {
  const { messages, pkg } = await publint({ pack: { tarball: new Uint8Array(tarball).buffer }, strict: true })
  return messages.map(message => `publint: ${formatMessage(message, pkg, { color: false }) ?? message.code}`)
}

async function attwOf(tarball: Buffer): Promise<string[]> {
  const analysis = await checkPackage(createPackageFromTarballData(new Uint8Array(tarball)))
  if (!analysis.types) return ['attw: the package has no types']
  return analysis.problems
    .filter(problem => !('resolutionKind' in problem && ['node10', 'node16-cjs'].includes(problem.resolutionKind)))
    .map(problem => `attw: ${JSON.stringify(problem)}`)
}
