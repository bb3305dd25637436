import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Installed, this would be `hearsay`. */
const PROGRAM = fileURLToPath(new URL('../../peer/hearsay.ts', import.meta.url))

/** Nothing here takes longer. */
const DEADLINE_MS = 120_000

/** A line of `--json`. */
export interface Said extends Readonly<Record<string, unknown>> {
  readonly event?: string
}

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  readonly events: readonly Said[]
}

export interface Running {
  /** Resolves with its first event of this name; rejects when it ends without. */
  said(event: string): Promise<Said>
  readonly ended: Promise<Ended>
  stop(): void
}

/** Runs a command of hearsay in a folder, and shows it as it would be typed. */
export function start(folder: string, args: readonly string[]): Running {
  console.log(`  $ hearsay ${args.map(arg => (/[?&* ]/.test(arg) ? `'${arg}'` : arg)).join(' ')}`)
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    cwd: folder,
    timeout: DEADLINE_MS,
    killSignal: 'SIGKILL',
  })
  const printed = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      printed[name] += text
    })
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', code => resolve({ code, ...printed, events: eventsIn(printed.stdout) }))
  })
  return {
    ended,
    said: name =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = eventsIn(printed.stdout).find(({ event }) => event === name)
          if (found !== undefined) resolve(found)
        }
        child.stdout.on('data', look)
        ended.then(() => reject(new Error(`hearsay ${args[0]} ended without ${name}: ${printed.stderr}`)), reject)
        look()
      }),
    stop: () => void child.kill(),
  }
}

/** The whole lines of output that are events. */
function eventsIn(output: string): Said[] {
  const lines = output.split('\n').slice(0, -1)
  return lines.filter(line => line.startsWith('{"')).map(line => JSON.parse(line) as Said)
}
