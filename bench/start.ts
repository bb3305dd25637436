import { execFile, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { install, installedProgram } from '../test/package/installed.ts'
import type { Benchmark } from './benchmark.ts'

/** Short ones, so that noise of the machine meets all that is compared alike. */
const REPETITIONS = 9

/** A peer that hangs ends the benchmark after this long. */
const DEADLINE_MS = 60_000

/** A peer by itself, on the data that it has built in, that tells nobody on the network of it. */
const ALONE = ['peer', '--alone', '--no-mdns', '--listen', '/ip4/127.0.0.1/tcp/0', '--steps', '1', '--json']

/**
 * What a start of the installed command line takes: until `hearsay --help` has ended, and until a peer has made its first step. Beside it a
 * Node that does nothing, in the same repetition. The first start after an install is apart: later ones find their code compiled.
 */
export const start: Benchmark = async say => {
  const project = await mkdtemp(join(tmpdir(), 'hearsay-start-'))
  try {
    await install(project)
    const program = join(project, installedProgram)
    const env = { ...process.env, NODE_COMPILE_CACHE: join(project, 'compile-cache') }
    const ended = async (...args: string[]) => {
      const began = performance.now()
      await promisify(execFile)(process.execPath, args, { env })
      return performance.now() - began
    }
    const firstStep = () => untilFirstStep([program, ...ALONE], env)

    const figures: Record<string, number[]> = {
      helpFirstMs: [await ended(program, '--help')],
      firstStepFirstMs: [await firstStep()],
      bareMs: [],
      helpMs: [],
      firstStepMs: [],
    }
    for (let repetition = 0; repetition < REPETITIONS; repetition++) {
      figures.bareMs.push(await ended('-e', '0'))
      figures.helpMs.push(await ended(program, '--help'))
      figures.firstStepMs.push(await firstStep())
      const [bare, help, step] = [figures.bareMs, figures.helpMs, figures.firstStepMs].map(all =>
        all.at(-1)?.toFixed(0),
      )
      say(`${repetition + 1} of ${REPETITIONS}: node ${bare} ms, --help ${help} ms, first step ${step} ms`)
    }
    const overBare = (all: readonly number[]) => all.map((ms, i) => ms / figures.bareMs[i])
    return {
      ratios: { helpOverBare: overBare(figures.helpMs), firstStepOverBare: overBare(figures.firstStepMs) },
      figures,
    }
  } finally {
    await rm(project, { recursive: true, force: true })
  }
}

/** The peer is left to end by itself, since what it has compiled is kept then. @returns milliseconds */
async function untilFirstStep(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const began = performance.now()
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'ignore'], timeout: DEADLINE_MS })
  const exit = new Promise(resolve => child.once('exit', resolve))
  let took: number | undefined
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.includes('"event":"trained"')) took ??= performance.now() - began
  }
  await exit
  if (took === undefined) throw new Error('the peer of the benchmark ended before its first step')
  return took
}
