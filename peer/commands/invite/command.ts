import type { Command } from 'commander'
import { defineCommand } from '../../define-command.ts'
import { file, folder } from '../../flag-values.ts'
import { until } from '../../until.ts'
import type { InviteFlags } from './flags.ts'

const HELP = `
The invitation is one line on stdout. It is of the swarm whose recipe lies in
DIR, as hearsay init or a first start put it there; the peer of DIR may be
running. With --for nobody else can use it. Without, it is a secret: whoever
holds it gets in, as often as they like, until it ends or is revoked.

DATE is a day such as 2026-12-31 (its end), with a time such as
2026-12-31T18:00, or how long, such as 7d, 12h, 30m, 2w. When an invitation
ends, so does the membership that rests on it.

Exit codes: 0 done, 1 failed, 2 wrong usage, among it a swarm that nobody is
invited to, and a guest where the recipe lets only the founder invite.

Examples:
  hearsay invite --state ./recipe-founder
  hearsay invite --state ./recipe-founder --for 12D3KooW… --until 2026-12-31
  hearsay invite --state ./recipe-founder --out guest.invitation`

export function addInvite(program: Command): void {
  defineCommand(program, 'invite', 'sign an invitation to a swarm')
    .option('--state <DIR>', "the founder's state folder; a guest's, where guests invite", folder)
    .option('--for <PEERID>', 'the one peer that may use it (default: whoever holds it)')
    .option('--until <DATE>', 'when it ends (default: 7d; with --for never)', text => until(text))
    .option('--out <FILE>', 'write it there, for its owner alone to read', file)
    .option('--force', 'overwrite the file')
    .addHelpText('after', HELP)
    .action(async (flags: InviteFlags) => {
      const { runInvite } = await import('./run.ts')
      await runInvite(flags)
    })
}
