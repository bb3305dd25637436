/**
 * Part of `npm run check`: the package as others will install it. publint reads what package.json promises, attw resolves every entry
 * as TypeScript does. Only as modules: there is nothing for `require` without `import`, nor for the resolution of Node 10.
 */

import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'

const root = join(import.meta.dirname, '..')
const folder = await mkdtemp(join(tmpdir(), 'hearsay-package-'))
try {
  const { stdout } = await promisify(execFile)('npm', ['pack', '--json', '--pack-destination', folder], { cwd: root })
  const [{ filename }] = JSON.parse(stdout.slice(stdout.indexOf('['))) as [{ filename: string }]
  const tarball = await readFile(join(folder, filename))
  const complaints = [...(await publintOf(tarball)), ...(await attwOf(tarball))]
  for (const complaint of complaints) console.error(complaint)
  console.log(
    `${filename}: ${complaints.length === 0 ? 'nothing to complain about' : `${complaints.length} complaints`}`,
  )
  process.exitCode = complaints.length === 0 ? 0 : 1
} finally {
  await rm(folder, { recursive: true, force: true })
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
