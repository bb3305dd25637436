import { createOutput } from '../../output.ts'
import { requireFree, writeSecret } from '../../output-file.ts'
import { BEARER_LASTS_MS, dateAndTime } from '../../until.ts'
import { shortHash } from '../../words.ts'
import { WrongUsage } from '../../wrong-usage.ts'
import type { InviteFlags } from './flags.ts'

export async function runInvite(flags: InviteFlags): Promise<void> {
  const out = createOutput(flags)
  const { state, for: guest, out: file } = flags
  if (state === undefined) {
    throw new WrongUsage("--state DIR is missing; expected the founder's state folder, as hearsay init made it")
  }
  if (file !== undefined) await requireFree('--out', file, flags.force)
  const until = flags.until ?? (guest === undefined ? Date.now() + BEARER_LASTS_MS : undefined)
  const { describeInvitation, invite } = await import('../../../src/public/members.ts')
  const invitation = await invite({ state, for: guest, until })
  if (file !== undefined) await writeSecret('--out', file, `${invitation}\n`)
  const { recipe: swarm, ...terms } = describeInvitation(invitation)
  const ends = until === undefined ? null : new Date(until).toISOString()
  out.jsonDocument({ invitation, swarm, ...terms, until: ends, ...(file === undefined ? {} : { file }) })
  const end = until === undefined ? 'without an end' : `until ${dateAndTime(until)}`
  out.say(
    guest === undefined
      ? `an invitation to swarm ${shortHash(swarm)}, for whoever holds it, ${end}: hand it over as you would a password`
      : `an invitation to swarm ${shortHash(swarm)}, for ${guest} alone, ${end}`,
  )
  out.say('who is to join needs the recipe too, and gives the invitation to hearsay peer --invite')
  if (file === undefined) out.print(invitation)
  else out.say(`wrote ${file}`)
}
