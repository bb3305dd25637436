import { spawn } from 'node:child_process'

/** Runs a program to its end; rejects with what it said when it fails or takes longer than `milliseconds`. */
export async function outputOf(command: string, args: readonly string[], milliseconds: number): Promise<string> {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: milliseconds,
    killSignal: 'SIGKILL',
  })
  const output: string[] = []
  const errors: string[] = []
  child.stdout.setEncoding('utf8').on('data', text => output.push(text))
  child.stderr.setEncoding('utf8').on('data', text => errors.push(text))
  const { promise, resolve, reject } = Promise.withResolvers<[code: number | null, signal: string | null]>()
  child.on('error', reject)
  child.on('close', (code, signal) => resolve([code, signal]))
  const [code, signal] = await promise
  if (code !== 0) throw new Error(`${command} ended with ${signal ?? code}\n${output.join('')}${errors.join('')}`)
  return output.join('')
}
