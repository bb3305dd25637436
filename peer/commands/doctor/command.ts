import type { Command } from 'commander'
import { defineCommand, type SetExitCode } from '../../define-command.ts'
import type { OutputFlags } from '../../output.ts'

const HELP = `
Each thing is really tried: a step is trained on every backend, two peers meet
over TCP and average, two others find each other by mDNS.
Exit code 0 where everything that is needed works, else 1.`

export function addDoctor(program: Command, setExitCode: SetExitCode): void {
  defineCommand(program, 'doctor', 'try what works here, from Node.js to mDNS')
    .addHelpText('after', HELP)
    .action(async (flags: OutputFlags) => {
      const { runDoctor } = await import('./run.ts')
      setExitCode(await runDoctor(flags))
    })
}
