/**
 * The package as `npm install` puts it into a project, from the registry and with nothing of ours beside it: in a strict program, in other
 * runtimes, in a bundle.
 *
 * @packageDocumentation
 */

import { execFile } from 'node:child_process'
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import sharp from 'sharp'
import { dependencyBytes } from '../../../tools/installed-bytes.ts'
import { codeBlocks } from '../../docs/pages.ts'
import { compile, installedProgram, pack, withoutOthers, writeTable } from '../../package/installed.ts'
import { createRows, type Item, lastLines, type Row } from '../row.ts'
import { withFolder, withProcesses } from '../running-process.ts'

/** Those that docs/embedding.md names. */
const BUN = 'bun@1.4.5'
const DENO = 'deno@2.9.6'
/** Of package.json's `engines`. */
const OLDEST_NODE = 'node@22.12.0'

/** Whatever a busy machine takes; a program that does not end by itself is found so. */
const DEADLINE_MS = 180_000

interface Ran {
  readonly passed: boolean
  readonly said: string
}

/** A command that runs JavaScript, and its name with the version. */
interface Runtime {
  readonly name: string
  readonly command: readonly string[]
}

export const embed: Item = {
  name: 'embed',
  about: 'the package in the programs of others',
  seeds: 1,
  async run(options) {
    const rows = createRows(options)
    await withFolder(async path => {
      const [project, elsewhere] = [path('project'), path('runtimes')]
      rows.add(await installed(project))
      const runtimes = await findRuntimes(elsewhere)

      const example = readmeExample()
      await writeFile(join(project, 'example.ts'), withoutOthers(example))
      await writeTable(project)
      rows.add(await strict(project))
      for (const runtime of runtimes) rows.add(await runsExample(project, example, runtime))
      rows.add(await bundled(project, join(elsewhere, 'node_modules/node/bin/node')))
      rows.add(await together(project, runtimes))
      rows.add(await interrupted(project, runtimes))
      rows.add(await readsImages(project))
    })
    return rows.all()
  },
}

function readmeExample(): string {
  const block = codeBlocks.find(({ page, language }) => page === 'README.md' && language === 'ts')
  if (block === undefined) throw new Error('README.md has no example')
  return block.text
}

async function installed(project: string): Promise<Row> {
  await mkdir(project)
  await writeFile(join(project, 'package.json'), JSON.stringify({ type: 'module', private: true }))
  const { filename, size, unpackedSize } = await pack(project)
  await npmInstall(project, `./${filename}`)
  const measured = await bytesIn(join(project, 'node_modules'))
  const foreseen = unpackedSize + (await dependencyBytes())
  const megabytes = [size, measured, foreseen].map(bytes => `${(bytes / 1e6).toFixed(2)} MB`)
  await npmInstall(project, '@types/node@24.19.2')
  return {
    asked: 'an install weighs what `npm run check` holds to its budget',
    measured: `${megabytes[0]} packed; ${megabytes[1]} installed, ${megabytes[2]} foreseen`,
    passed: Math.abs(measured / foreseen - 1) < 0.01,
  }
}

async function findRuntimes(folder: string): Promise<readonly Runtime[]> {
  await mkdir(folder)
  // The script of this package puts the program in its place.
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, allowScripts: { node: true } }))
  await npmInstall(folder, BUN, DENO, OLDEST_NODE)
  const program = (name: string) => join(folder, 'node_modules/.bin', name)
  return [
    { name: `Node ${process.version}`, command: [process.execPath] },
    { name: BUN, command: [program('bun')] },
    { name: DENO, command: [program('deno'), 'run', '--allow-all'] },
  ]
}

async function strict(project: string): Promise<Row> {
  const asked = "README's example compiles strictly, with the types of all libraries checked"
  try {
    await compile(project)
    return { asked, measured: 'no complaint', passed: true }
  } catch (error) {
    return { asked, measured: lastLines((error as Error).message), passed: false }
  }
}

/** In a file of its own for each, whose peer begins anew. */
async function runsExample(project: string, example: string, { name, command }: Runtime): Promise<Row> {
  // What libp2p holds open keeps no Node and no Bun, and Deno for ever: see docs/embedding.md.
  const end = name === DENO ? '\nprocess.exit()\n' : ''
  const file = `example-${name.split(/[@ ]/)[0].toLowerCase()}.ts`
  await writeFile(join(project, file), withoutOthers(example) + end)
  const { passed, said } = await ran(project, [...command, file])
  return { asked: `README's example runs in ${name}`, measured: lastLines(said, 1), passed: passed && hasLearned(said) }
}

/** @param node the program */
async function bundled(project: string, node: string): Promise<Row> {
  await build({
    absWorkingDir: project,
    entryPoints: ['example.ts'],
    outfile: 'bundle/example.js',
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22.12',
    external: ['hearsay'],
    logLevel: 'silent',
  })
  const { passed, said } = await ran(project, [node, 'bundle/example.js'])
  return {
    asked: `a bundle of README's example by esbuild, with hearsay external, in ${OLDEST_NODE}`,
    measured: lastLines(said, 1),
    passed: passed && hasLearned(said),
  }
}

/** A step and its accuracy; later a hash, the number of members, and probabilities. */
function hasLearned(said: string): boolean {
  return /^\d+ 0\.\d+\n(.*\n)*[0-9a-f]{64} 1 Float32Array/m.test(said)
}

/** A peer in each runtime, over real connections. */
async function together(project: string, runtimes: readonly Runtime[]): Promise<Row> {
  return await withProcesses(async start => {
    const program = join(project, installedProgram)
    const peer = (i: number, ...others: readonly string[]) => [
      ...['peer', '--json', '--no-mdns', '--listen', '/ip4/127.0.0.1/tcp/0', '--backend', 'wasm', '--wait', '120'],
      ...['--seed', '1', '--steps', '600', '--shard', `${i + 1}/${runtimes.length}`, ...others],
    ]
    const first = start(peer(0), [...runtimes[0].command, program])
    const { connect } = (await first.said('waiting')) as unknown as { readonly connect: readonly string[] }
    const others = runtimes
      .slice(1)
      .map(({ command }, i) => start(peer(i + 1, '--connect', connect[0]), [...command, program]))
    const ends = await Promise.all([first, ...others].map(({ ended }) => ended))
    const hashes = new Set(ends.map(({ last }) => last('consensus')?.parametersHash))
    const [hash] = hashes
    return {
      asked: `${runtimes.map(({ name }) => name).join(', ')} seal one model`,
      measured: `exit ${ends.map(({ exit }) => exit).join(', ')}; ${[...hashes].join(', ')}`,
      passed: ends.every(({ exit }) => exit === 0) && hashes.size === 1 && hash !== undefined,
    }
  })
}

/** Each by itself, in the middle of its training. */
async function interrupted(project: string, runtimes: readonly Runtime[]): Promise<Row> {
  const exits: unknown[] = []
  for (const [i, { command }] of runtimes.entries()) {
    await withProcesses(async start => {
      const state = ['--state', join(project, `interrupted-${i}`)]
      const alone = ['peer', '--json', '--alone', '--no-mdns', '--steps', '50000', ...state]
      const peer = start(alone, [...command, join(project, installedProgram)])
      await peer.said('round')
      peer.interrupt()
      const { exit, last } = await peer.ended
      exits.push(exit, last('stopped')?.reason)
    })
  }
  return {
    asked: 'Ctrl-C ends each of them in order, with its state kept',
    measured: exits.join(', '),
    passed: exits.every((exit, i) => exit === (i % 2 === 0 ? 130 : 'interrupted')),
  }
}

async function readsImages(project: string): Promise<Row> {
  for (const [label, red] of [['black', 0] as const, ['red', 255] as const]) {
    await mkdir(join(project, 'photos', label), { recursive: true })
    const background = { r: red, g: 0, b: 0 }
    const image = await sharp({ create: { width: 8, height: 8, channels: 3, background } })
      .png()
      .toBuffer()
    for (let i = 0; i < 10; i++) await writeFile(join(project, 'photos', label, `${i}.png`), image)
  }
  const command = [process.execPath, installedProgram, 'peer', '--alone', '--no-mdns', '--data', 'images:photos']
  const without = await ran(project, [...command, '--steps', '20'])
  const typed = /to install it: npm install (\S+)$/m.exec(without.said)?.[1]
  if (typed !== undefined) await npmInstall(project, typed)
  const beside = await ran(project, [...command, '--steps', '20'])
  return {
    asked: 'images without sharp end with what to type; after it was typed, they are read',
    measured: `${lastLines(without.said, 1)} | ${/trained alone.*/.exec(beside.said)?.[0] ?? lastLines(beside.said, 1)}`,
    passed: !without.passed && beside.passed,
  }
}

async function npmInstall(folder: string, ...packages: readonly string[]): Promise<void> {
  const quiet = ['--no-audit', '--no-fund', '--loglevel', 'error', '--prefer-offline']
  await promisify(execFile)('npm', ['install', ...quiet, ...packages], { cwd: folder })
}

async function ran(cwd: string, [file, ...args]: readonly string[]): Promise<Ran> {
  const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined }
  try {
    const { stdout, stderr } = await promisify(execFile)(file, args, { cwd, env, timeout: DEADLINE_MS })
    return { passed: true, said: `${stdout}${stderr}` }
  } catch (error) {
    const { stdout, stderr, signal } = error as { stdout: string; stderr: string; signal: string | null }
    return { passed: false, said: `${stdout}${stderr}${signal === null ? '' : `ended by ${signal}`}` }
  }
}

async function bytesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter(entry => entry.isFile()).map(({ parentPath, name }) => stat(join(parentPath, name)))
  return (await Promise.all(files)).reduce((sum, { size }) => sum + size, 0)
}
