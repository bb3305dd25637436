import { createOutput } from '../../output.ts'
import { readPass } from '../../pass.ts'
import { WrongUsage } from '../../wrong-usage.ts'
import type { RevokeFlags } from './flags.ts'

export async function runRevoke(whom: readonly string[], flags: RevokeFlags): Promise<void> {
  const out = createOutput(flags)
  const { state } = flags
  if (state === undefined) {
    throw new WrongUsage('--state DIR is missing; expected the state folder of the founder, or of who invited them')
  }
  // Before anything is revoked, as none of it can be taken back.
  const read = await Promise.all(whom.map(invitationIn))
  const { revoke } = await import('../../../src/public/members.ts')
  const revoked = []
  for (const one of read) {
    const who = await revoke({ state, whom: one })
    revoked.push(who)
    out.show(
      'peer' in who
        ? `revoked the peer ${who.peer}, and all whom it has invited`
        : `revoked the invitation ${who.invitation}: all who came by it, and all whom they have invited`,
    )
  }
  out.jsonDocument({ revoked })
  if (revoked.some(who => 'peer' in who)) {
    out.say('who came by an invitation for whoever holds it can come again as another peer: revoke that invitation too')
  }
  out.say(`the peer of ${state} tells the others, within a second where it is running, else when it is started`)
}

/** A peer id is given as it is, an invitation also by its file. */
async function invitationIn(given: string): Promise<string> {
  const isId = /^[0-9A-Za-z]{32,}$/.test(given)
  return isId ? given : (await readPass('WHOM', given)).text
}
