import type { Command } from 'commander'
import { defineCommand, type SetExitCode } from '../../define-command.ts'
import { folder, notEmpty } from '../../flag-values.ts'
import type { DoctorFlags } from './flags.ts'

const HELP = `
Each thing is really tried: a step is trained on every backend, two peers meet
over TCP and average, two others find each other by mDNS, and a question goes
out on every interface to see where it is heard.

With --connect one peer is tried instead, stage by stage: what its name stands
for, whether there is a route, whether its port answers, the encrypted
connection (noise), the protocol, membership and the recipe. It ends at the
first that fails, and says what to do. The swarm there notices nothing. What
the peer would be started with is given here too; without RECIPE the one that
is built in is tried, as hearsay peer does.

Exit code 0 where everything that is needed works, else 1.

Examples:
  hearsay doctor
  hearsay doctor --connect /ip4/192.168.1.20/tcp/4001 recipe.json
  hearsay doctor --connect /dnsaddr/swarm.example recipe.json --invite TEXT`

export function addDoctor(program: Command, setExitCode: SetExitCode): void {
  defineCommand(program, 'doctor', 'try what works here, and how far a peer elsewhere is reached')
    .argument('[RECIPE]', 'with --connect: JSON file of the swarm')
    .option('--connect <MULTIADDR>', 'try the way to this peer')
    .option(
      '--invite <FILE|TEXT>',
      "an invitation to the recipe's swarm, or its key, or a file of either",
      notEmpty('an invitation, a key, or the name of a file that holds one'),
    )
    .option('--state <DIR>', 'try as the peer of this folder, which must not run meanwhile', folder)
    .addHelpText('after', HELP)
    .action(async (recipe: string | undefined, flags: DoctorFlags) => {
      const { runDoctor } = await import('./run.ts')
      setExitCode(await runDoctor(recipe, flags))
    })
}
