import { execFile } from 'node:child_process'
import { join } from 'node:path'

export const ROOT = join(import.meta.dirname, '../..')

/** A program that hangs ends the item after this long. */
const DEADLINE_MS = 600_000

/** Runs one of the project's own tools in its root. @returns its exit code, and what it printed */
export function run(
  tool: string,
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly out: string }> {
  const program = tool === 'npm' ? tool : join(ROOT, 'node_modules/.bin', tool)
  const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined }
  return new Promise(resolve => {
    execFile(program, args, { cwd: ROOT, env, timeout: DEADLINE_MS, maxBuffer: 2 ** 28 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1
      resolve({ code, out: `${stdout}${stderr}` })
    })
  })
}

/** The counts with which a run of the tests ends. */
export function testCounts(out: string): string {
  return /^ *Tests +(.*)$/m.exec(out)?.[1]?.trim() ?? 'no tests ran'
}
