/**
 * The package in a project of its own, as `npm install` would put it there: packed by npm, which builds it, and unpacked. In place of
 * fetching them again, what it depends on is linked from where it was installed for development; of that only what the package
 * lists, so that what it forgets to list is missed.
 */

import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { CodeBlock } from '../docs/pages.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../..')

/** What a program in TypeScript brings along. */
const OF_CONSUMER = ['@types/node']

/** The command line in a project where the package is installed. */
export const installedProgram = 'node_modules/hearsay/dist/peer/hearsay.js'

/** What `npm pack` tells. */
export interface Packed {
  readonly filename: string
  /** Bytes, as it is fetched. */
  readonly size: number
  readonly unpackedSize: number
  readonly files: readonly { readonly path: string }[]
}

/** Packs it as for the registry. @returns the name of the file in the folder, and the files in it */
export async function pack(folder: string): Promise<Packed> {
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: root })
  const [packed] = JSON.parse(stdout.slice(stdout.indexOf('['))) as [Packed]
  return packed
}

/** @returns the paths of the files in the package */
export async function install(project: string): Promise<readonly string[]> {
  const { filename, files } = await pack(project)
  const place = join(project, 'node_modules/hearsay')
  await mkdir(place, { recursive: true })
  await run('tar', ['-xzf', join(project, filename), '-C', place, '--strip-components', '1'])
  const { dependencies } = JSON.parse(await readFile(join(place, 'package.json'), 'utf8'))
  for (const name of [...Object.keys(dependencies), ...OF_CONSUMER]) {
    const link = join(project, 'node_modules', name)
    await mkdir(dirname(link), { recursive: true })
    await symlink(join(root, 'node_modules', name), link, 'junction')
  }
  await writeFile(join(project, 'package.json'), JSON.stringify({ type: 'module', private: true }))
  return files.map(({ path }) => path)
}

/** Compiles all programs of a project as strictly as TypeScript can, the types of its libraries too. */
export async function compile(project: string): Promise<void> {
  const compilerOptions = {
    target: 'es2024',
    lib: ['es2024', 'esnext.disposable'],
    module: 'nodenext',
    types: ['node'],
    strict: true,
    skipLibCheck: false,
    noEmit: true,
  }
  await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }))
  await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', project]).catch(
    ({ stdout }: { readonly stdout: string }) => {
      throw new Error(stdout)
    },
  )
}

/** Runs a program of a project. @returns what it printed */
export async function execute(project: string, program: string, ...given: readonly string[]): Promise<string> {
  return (await run(process.execPath, [program, ...given], { cwd: project, maxBuffer: 2 ** 24 })).stdout
}

/** The example in the comment that begins a file. */
export function headOf(path: string): CodeBlock {
  const text = readFileSync(join(root, path), 'utf8').replaceAll(/^ \* ?/gm, '')
  const found = /```ts\n(.*?)```/s.exec(text)?.[1]
  if (found === undefined) throw new Error(`${path} has no example`)
  return { where: path, page: path, language: 'ts', remark: '', text: found }
}

/** What an example does without others, where it waits for them. */
export function withoutOthers(example: string): string {
  return example
    .replace('waitSeconds: 600', 'alone: true')
    .replace("state: './me'", `state: './${crypto.randomUUID()}'`)
}

/** The table that examples read. */
export async function writeTable(project: string): Promise<void> {
  const rows = Array.from(
    { length: 60 },
    (_, i) => `${4 + (i % 7) / 3},${3 + (i % 5) / 4},${i % 3 === 0 ? 'yes' : 'no'}`,
  )
  await writeFile(join(project, 'mine.csv'), ['length,width,label', ...rows].join('\n'))
}
