/**
 * Programs of a swarm, each a process of its own, heard by the JSON lines that it says.
 *
 * @packageDocumentation
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

export interface Line extends Readonly<Record<string, unknown>> {
  readonly event: string
  /** When it was heard: `performance.now()` here. */
  readonly at: number
}

export interface LineProcess {
  readonly lines: readonly Line[]
  readonly pid: number
  stderr(): string
  /** The first line of this event; rejects when the process ends without, or takes longer than that. */
  said(event: string, milliseconds: number): Promise<Line>
  /** The first line that matches, said before or after; `what` it is stands in the error. */
  heard(what: string, matches: (line: Line) => boolean, milliseconds: number): Promise<Line>
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string | null>
  end(signal: 'SIGINT' | 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void
}

const children = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL')
})

/**
 * @param environment beside this process's own
 * @param before a command that becomes the program by `exec`, so that signals reach it: `ip netns exec NAME`
 */
export function startProgram(
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
  before: readonly string[] = [],
): LineProcess {
  const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined, VITEST: undefined, ...environment }
  const [command, ...rest] = [...before, process.execPath, ...args]
  const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'pipe'], env })
  children.add(child)
  const lines: Line[] = []
  const watchers = new Set<() => void>()
  let stderr = ''
  let over = false
  createInterface({ input: child.stdout }).on('line', line => {
    if (!line.startsWith('{"event":')) return
    lines.push({ ...JSON.parse(line), at: performance.now() })
    for (const watcher of watchers) watcher()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const ended = new Promise<number | string | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => {
      over = true
      children.delete(child)
      for (const watcher of watchers) watcher()
      resolve(signal ?? code)
    })
  })
  const heard: LineProcess['heard'] = (what, matches, milliseconds) =>
    new Promise((resolve, reject) => {
      const end = (settle: () => void) => {
        watchers.delete(watcher)
        clearTimeout(timer)
        settle()
      }
      const failed = (how: string) => reject(new Error(`${args.join(' ')}: ${how} without ${what}: ${stderr}`))
      const timer = setTimeout(() => end(() => failed(`${milliseconds} ms`)), milliseconds)
      const watcher = () => {
        const found = lines.find(matches)
        if (found !== undefined) end(() => resolve(found))
        else if (over) end(() => failed('ended'))
      }
      watchers.add(watcher)
      watcher()
    })
  return {
    lines,
    pid: child.pid ?? 0,
    stderr: () => stderr,
    said: (event, milliseconds) => heard(event, line => line.event === event, milliseconds),
    heard,
    ended,
    end: signal => void child.kill(signal),
  }
}
