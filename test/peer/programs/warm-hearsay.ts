/**
 * The command line, command after command in one process: loading the library takes longer than most commands do, and is
 * paid for once. Each gets what `peer/hearsay.ts` would give it; what it wrote, and its exit code, are sent to whoever
 * forked this program.
 *
 * @packageDocumentation
 */

import { main } from '../../../peer/main.ts'
import type { Finished } from '../command-line.ts'

// Every command listens for signals, and for readers that go away, as long as its process lives.
for (const emitter of [process, process.stdout, process.stderr]) emitter.setMaxListeners(0)

async function run(args: readonly string[]): Promise<Finished> {
  const written = { stdout: '', stderr: '' }
  let code: number | null = null
  for (const name of ['stdout', 'stderr'] as const) {
    process[name].write = (text: string | Uint8Array, ...rest: readonly unknown[]) => {
      written[name] += text
      for (const done of rest) if (typeof done === 'function') done()
      return true
    }
  }
  process.exit = (chosen => {
    code = Number(chosen)
  }) as typeof process.exit
  process.argv = [...process.argv.slice(0, 2), ...args]
  await main(args)
  return { code, ...written }
}

process.on('message', async (args: readonly string[]) => {
  process.send?.(await run(args))
})
