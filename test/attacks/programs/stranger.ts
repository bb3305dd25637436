/**
 * Knows the address of the founder of an invited swarm, and its recipe. Comes, at once, with nothing, with an invitation that has ended, one
 * that was revoked a moment ago, another guest's, and a proof of another connection; and tells what each has got.
 */

import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { peerIdOf } from '../../../src/network/identity.ts'
import { topicOf } from '../../../src/network/protocols.ts'
import { revoke } from '../../../src/public/members.ts'
import { readScene, tell } from '../attack.ts'
import { type Loot, lootWithClaim, lootWithoutProof } from '../loot.ts'
import { REVOKED, strangersOf } from '../strangers.ts'

/** Some announcements of everybody. */
const LISTEN_MS = 5_000

/** A peer that runs looks for revocations once a second. */
const REVOCATION_MS = 2_500

const { swarm, connect, founderFile, founderIdentity } = readScene()
const { strangers } = await strangersOf(swarm, founderIdentity)
for (const [name, { identity }] of strangers) {
  if (name === REVOKED) await revoke({ state: dirname(founderFile), whom: peerIdOf(identity) })
}
tell('ready')
await sleep(REVOCATION_MS)
const [address] = connect
await Promise.all([
  ...[...strangers].map(([name, comer]) =>
    tellLoot(name, lootWithClaim(address, { swarm, recipe: swarm, ...comer }, LISTEN_MS)),
  ),
  tellLoot('no proof at all', lootWithoutProof(address, [topicOf(swarm)], LISTEN_MS)),
])
tell('done')

async function tellLoot(name: string, loot: Promise<Loot>): Promise<void> {
  const { said, announcements, merged } = await loot
  tell('loot', { name, said, announcements, merged })
}
