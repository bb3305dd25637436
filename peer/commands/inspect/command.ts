import type { Command } from 'commander'
import { dashboardOption } from '../../dashboard/option.ts'
import { defineCommand } from '../../define-command.ts'
import type { InspectFlags } from './flags.ts'

const HELP = `
FILE is a recipe, a checkpoint (checkpoint.safetensors in a peer's --state),
parameters that --save wrote, a result that --out wrote, or an invitation or a
key, which may also be given as the text itself. It is validated, not only
shown; of an invitation it is not known here whether its signatures hold, and
what is secret in it is not shown. With --dashboard a result is played back in
a browser, until Ctrl-C.

Exit codes: 0 it is whole, 1 it is damaged, or a recipe that cannot be,
2 there is no such file, or it is none of these.

Examples:
  hearsay inspect recipe.json
  hearsay inspect ./me/checkpoint.safetensors --json
  hearsay inspect result.json --dashboard 7070
  hearsay inspect guest.invitation`

export function addInspect(program: Command): void {
  defineCommand(program, 'inspect', 'what is in a recipe, a checkpoint, a result or an invitation')
    .argument('<FILE>', 'what to look at')
    .addOption(dashboardOption())
    .addHelpText('after', HELP)
    .action(async (file: string, flags: InspectFlags) => {
      const { runInspect } = await import('./run.ts')
      await runInspect(file, flags)
    })
}
