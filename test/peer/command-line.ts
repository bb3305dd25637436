import { type ChildProcess, spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import { afterAll } from 'vitest'

export const PROGRAM = fileURLToPath(new URL('../../peer/hearsay.ts', import.meta.url))

/** What a finished command left behind. */
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
  /** What was printed so far. */
  soFar(): Omit<Finished, 'code'>
  signal(name: NodeJS.Signals): void
}

const running = new Set<ChildProcess>()

/** Whatever a failing test leaves behind is ended with its file. */
afterAll(() => {
  for (const child of running) child.kill('SIGKILL')
})

/** A command that has not ended by then never will. */
const DEADLINE_MS = 45_000

/** Starts the real command line as a process of its own. */
export function start(args: readonly string[], { cwd = tmpdir(), nodeFlags = [] as readonly string[] } = {}): Running {
  const child = spawn(process.execPath, [...nodeFlags, PROGRAM, ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined },
  })
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
      resolve({ code, stdout, stderr })
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

/** Enough to learn from, in no time: two blobs. */
export function blobs(): string {
  const rows = Array.from({ length: 200 }, (_, i) => {
    const label = i % 2
    const wobble = ((i * 7919) % 100) / 100
    return `${label * 2 + wobble},${1 - label + wobble / 2},${label === 0 ? 'no' : 'yes'}`
  })
  return `x,y,label\n${rows.join('\n')}\n`
}
