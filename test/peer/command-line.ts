import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { afterAll } from 'vitest'
import { requireDescribedOutput } from '../published-formats.ts'

export const PROGRAM = fileURLToPath(new URL('../../peer/hearsay.ts', import.meta.url))
const WARM_PROGRAM = fileURLToPath(new URL('programs/warm-hearsay.ts', import.meta.url))

/** The output and the exit code of a finished command. */
export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A command that runs. */
export interface Running {
  readonly finished: Promise<Finished>
  /** Resolves when the output so far, of both streams, matches. */
  printed(pattern: RegExp): Promise<void>
  /** The output so far. */
  soFar(): Omit<Finished, 'code'>
  signal(name: NodeJS.Signals): void
}

const running = new Set<ChildProcess>()

/** Whatever a failing test leaves behind is ended with its file. */
afterAll(() => {
  for (const child of running) child.kill('SIGKILL')
  warm = undefined
})

/** A command that has not ended by then never will: some stay while others start, which takes each a minute on a busy machine. */
const DEADLINE_MS = 180_000

/** The tests' own, and no colours. */
const environment = () => ({ ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined })

interface Start {
  readonly cwd?: string
  readonly nodeFlags?: readonly string[]
  /** The beginning of a command that runs the rest of it somewhere else. */
  readonly within?: readonly string[]
}

/** Starts the real command line as a process of its own. Fails where it prints an event or a result that is not as published. */
export function start(args: readonly string[], { cwd = tmpdir(), nodeFlags = [], within = [] }: Start = {}): Running {
  const [command, ...rest] = [...within, process.execPath, ...nodeFlags, PROGRAM, ...args]
  return begin(command, rest, cwd)
}

/** Starts another program of the repository, by its path from there. */
export function startProgram(program: string, args: readonly string[], { cwd = tmpdir() } = {}): Running {
  return begin(process.execPath, [fileURLToPath(new URL(`../../${program}`, import.meta.url)), ...args], cwd)
}

/** `hearsay` as a shell knows it that finds it on its path: the program takes the shell's place, and gets its signals. */
const AS_INSTALLED = `hearsay() { exec '${process.execPath}' '${PROGRAM}' "$@"; }`

/** Runs a line as a shell does into which somebody pasted it. */
export function paste(line: string, { cwd = tmpdir() } = {}): Running {
  return begin('sh', ['-c', `${AS_INSTALLED}\n${line}`], cwd)
}

function begin(command: string, args: readonly string[], cwd: string): Running {
  const child = spawn(command, [...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'], env: environment() })
  running.add(child)
  const deadline = setTimeout(() => child.kill('SIGKILL'), DEADLINE_MS)
  let stdout = ''
  let stderr = ''
  const watchers = new Set<() => void>()
  const read = (take: (text: string) => void) => (text: string) => {
    take(text)
    for (const look of watchers) look()
  }
  child.stdout.setEncoding('utf8').on(
    'data',
    read(text => {
      stdout += text
    }),
  )
  child.stderr.setEncoding('utf8').on(
    'data',
    read(text => {
      stderr += text
    }),
  )
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', code => {
      clearTimeout(deadline)
      running.delete(child)
      try {
        requireDescribedOutput(stdout)
        resolve({ code, stdout, stderr })
      } catch (error) {
        reject(error)
      }
      for (const look of watchers) look()
    })
  })
  return {
    finished,
    printed: pattern =>
      new Promise((resolve, reject) => {
        function look(): void {
          if (pattern.test(stdout) || pattern.test(stderr)) resolve()
          else if (!running.has(child)) reject(new Error(`ended without printing ${pattern}:\n${stdout}${stderr}`))
          else return
          watchers.delete(look)
        }
        watchers.add(look)
        look()
      }),
    soFar: () => ({ stdout, stderr }),
    signal: name => void child.kill(name),
  }
}

export async function hearsay(...args: readonly string[]): Promise<Finished> {
  return await start(args).finished
}

interface WarmProcess {
  readonly child: ChildProcess
  /** Rejects when it ends. */
  readonly ended: Promise<never>
}

let warm: WarmProcess | undefined
let idle: Promise<unknown> = Promise.resolve()

/**
 * The same command line in one process for all of a file's commands, one after another: many times as fast. For commands
 * that end by themselves and leave nothing running; what depends on a process of its own is tested with {@link hearsay}.
 */
export async function warmHearsay(...args: readonly string[]): Promise<Finished> {
  const finished = idle.then(() => inWarmProcess(args))
  idle = finished.catch(() => {})
  return await finished
}

async function inWarmProcess(args: readonly string[]): Promise<Finished> {
  warm ??= startWarmProcess()
  warm.child.send(args)
  const said = once(warm.child, 'message', { signal: AbortSignal.timeout(DEADLINE_MS) })
  const [finished] = await Promise.race([said, warm.ended])
  requireDescribedOutput(finished.stdout)
  return finished
}

function startWarmProcess(): WarmProcess {
  const child = fork(WARM_PROGRAM, { cwd: tmpdir(), env: environment(), execArgv: [] })
  running.add(child)
  const ended = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`the process of all commands ended with ${signal ?? code}`)
  })
  ended.catch(() => {})
  return { child, ended }
}

/** Enough to learn from, in no time: two blobs. */
export function blobs(): string {
  const rows = Array.from({ length: 200 }, (_, i) => {
    const label = i % 2
    const wobble = ((i * 7919) % 100) / 100
    return `${label * 2 + wobble},${1 - label + wobble / 2},${label === 0 ? 'no' : 'yes'}`
  })
  return `x,y,label\n${rows.join('\n')}\n`
}

/** A line of `--json`. */
export interface Line {
  readonly event: string
  readonly [field: string]: unknown
}

/** What was printed with `--json`, line by line. */
export function linesOf(stdout: string): Line[] {
  return stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Line)
}
