import type { Command } from 'commander'
import { defineCommand } from '../../define-command.ts'
import { folder } from '../../flag-values.ts'
import type { RevokeFlags } from './flags.ts'

const HELP = `
Revokes a peer, by its id, or all who came by an invitation, by its text, the
file that holds it, or its id; whoever was invited by them goes too. The peer
of DIR tells the others when it meets them, within a second where it is
running; they tell one another. What those who go have given to the model
stays in it.

Who came by an invitation for whoever holds it can come again as another peer:
then revoke the invitation too.

The founder may revoke anybody, a guest those whom it has invited. None of it
can be taken back: who is to return needs another identity and invitation.

Exit codes: 0 done, 1 failed, 2 wrong usage.

Examples:
  hearsay revoke --state ./recipe-founder 12D3KooW…
  hearsay revoke --state ./recipe-founder guest.invitation`

export function addRevoke(program: Command): void {
  defineCommand(program, 'revoke', 'end memberships in a swarm')
    .argument('<WHOM...>', 'peer ids, or invitations: their text, a file of it, or their id')
    .option('--state <DIR>', "the founder's state folder; a guest's, for those whom it has invited", folder)
    .addHelpText('after', HELP)
    .action(async (whom: readonly string[], flags: RevokeFlags) => {
      const { runRevoke } = await import('./run.ts')
      await runRevoke(whom, flags)
    })
}
