import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { ROOT } from '../run.ts'

/** A program that hangs is ended after this long. */
const DEADLINE_MS = 580_000

/** How a program of this machine ended, and what it printed. */
export interface Finished {
  readonly code: number
  readonly out: string
}

/**
 * Runs a program that is no part of the project, in its root.
 *
 * @returns undefined where the machine has none of that name
 */
export function tryTool(program: string, ...args: readonly string[]): Promise<Finished | undefined> {
  return new Promise(resolve => {
    execFile(program, args, { cwd: ROOT, timeout: DEADLINE_MS, maxBuffer: 2 ** 28 }, (error, stdout, stderr) => {
      if (error?.code === 'ENOENT') resolve(undefined)
      else resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : 1, out: stdout + stderr })
    })
  })
}

/** Runs with a program that goes on until the body is through. */
export async function beside<Result>(
  program: string,
  args: readonly string[],
  body: () => Promise<Result>,
): Promise<Result> {
  const child: ChildProcess = spawn(program, args, { stdio: 'ignore' })
  const ended = new Promise(resolve => child.once('close', resolve).once('error', resolve))
  try {
    return await body()
  } finally {
    child.kill()
    await ended
  }
}
