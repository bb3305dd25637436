/**
 * The command line, each command a process of its own, heard by its JSON lines. Runs with and without a test runner.
 *
 * @packageDocumentation
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('../../peer/hearsay.ts', import.meta.url))

/** One event of `--json`. */
export interface Said extends Readonly<Record<string, unknown>> {
  readonly event: string
}

/** The exit and the output of a process that has ended. */
export interface Ended {
  /** The exit code, or the signal that ended it. */
  readonly exit: number | string | null
  readonly stdout: string
  readonly stderr: string
  /** How long it ran, in seconds. */
  readonly ran: number
  /** Its last event of this name. */
  last(event: string): Said | undefined
}

export interface Running {
  /** Resolves with its first event of this name, said before or after; rejects when it ends without. */
  said(event: string): Promise<Said>
  readonly ended: Promise<Ended>
  /** Interrupts it as Ctrl-C does. */
  interrupt(): void
  kill(): void
}

/** A process that has not ended by then never will, on however busy a machine. */
const DEADLINE_MS = 600_000

const children = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL')
})

/** Starts `hearsay` with these arguments. @param command with which it is run, by default from its sources */
export function start(args: readonly string[], command: readonly string[] = [process.execPath, PROGRAM]): Running {
  const began = performance.now()
  const [file, ...before] = command
  const child = spawn(file, [...before, ...args], {
    cwd: tmpdir(),
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined },
  })
  children.add(child)
  const deadline = setTimeout(() => child.kill('SIGKILL'), DEADLINE_MS)
  const events: Said[] = []
  const watchers = new Set<() => void>()
  let stdout = ''
  let stderr = ''
  let over = false

  function look(): void {
    for (const watcher of watchers) watcher()
  }
  createInterface({ input: child.stdout }).on('line', line => {
    stdout += `${line}\n`
    const event = eventIn(line)
    if (event === undefined) return
    events.push(event)
    look()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })

  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      clearTimeout(deadline)
      children.delete(child)
      over = true
      const ran = (performance.now() - began) / 1_000
      resolve({
        exit: signal ?? code,
        stdout,
        stderr,
        ran,
        last: name => events.findLast(({ event }) => event === name),
      })
      look()
    })
  })

  return {
    said: name =>
      new Promise((resolve, reject) => {
        function watcher(): void {
          const found = events.find(({ event }) => event === name)
          if (found !== undefined) resolve(found)
          else if (over) reject(new Error(`hearsay ${args[0]} ended without ${name}: ${stderr}`))
          else return
          watchers.delete(watcher)
        }
        watchers.add(watcher)
        watcher()
      }),
    ended,
    interrupt: () => void child.kill('SIGINT'),
    kill: () => void child.kill('SIGKILL'),
  }
}

export async function hearsay(...args: readonly string[]): Promise<Ended> {
  return await start(args).ended
}

/** Keeps all that processes said, where it is to be looked into. @returns the folder */
export function keep(ends: readonly Ended[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'hearsay-accept-said-'))
  for (const [i, { stdout, stderr }] of ends.entries()) {
    writeFileSync(join(folder, `${i + 1}.stdout`), stdout)
    writeFileSync(join(folder, `${i + 1}.stderr`), stderr)
  }
  return folder
}

/** Runs with a folder of its own, which is removed in the end. */
export async function withFolder<Result>(body: (path: (name: string) => string) => Promise<Result>): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'hearsay-accept-'))
  try {
    return await body(name => join(folder, name))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Runs with processes that are ended with it, whatever happens. */
export async function withProcesses<Result>(body: (started: typeof start) => Promise<Result>): Promise<Result> {
  const started: Running[] = []
  try {
    return await body((...args) => {
      const running = start(...args)
      started.push(running)
      return running
    })
  } finally {
    for (const one of started) one.kill()
    await Promise.allSettled(started.map(({ ended }) => ended))
  }
}

/** The moment of a scenario at which something begins, so long from now. */
export function moment(milliseconds: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, milliseconds))
}

/** A document that a command prints as a whole has lines that are no events. */
function eventIn(line: string): Said | undefined {
  if (!line.startsWith('{"event":')) return undefined
  return JSON.parse(line)
}
