/**
 * Those whom an invited swarm must not let in, each with what it shows in place of a proof.
 *
 * @packageDocumentation
 */

import type { Admission, ProofContext, Signer } from '../../src/admission/admission.ts'
import { type Credential, encodeCredential } from '../../src/admission/credential.ts'
import { joinFields } from '../../src/admission/fields.ts'
import { accept, type Inviting, invite } from '../../src/admission/invitation.ts'
import { invitedAdmission } from '../../src/admission/invited.ts'
import { revoke } from '../../src/admission/revocation.ts'
import { proofStatement } from '../../src/admission/statements.ts'
import { systemClock } from '../../src/library/system-clock.ts'
import { createIdentity } from '../../src/network/identity.ts'
import { signerOf, signerOfSeed, verifySignature } from '../../src/network/signatures.ts'

/** Whoever comes, with its key and what it shows. */
export interface Comer {
  readonly identity: Uint8Array
  readonly admission: Admission
}

export interface Strangers {
  /** Whoever may come in. */
  readonly founder: Comer
  readonly guest: Comer
  readonly latecomer: Comer
  /** Whoever may not, by what it comes with. */
  readonly strangers: ReadonlyMap<string, Comer>
}

/** The one who had an invitation, until it was revoked. */
export const REVOKED = 'a revoked invitation'

const HOUR_MS = 3_600_000

/** @param recipe the hash of a recipe that names this founder */
export async function strangersOf(recipe: string, founderIdentity: Uint8Array): Promise<Strangers> {
  const founderSigner = signerOf(founderIdentity)
  const founder = founderSigner.peer
  const root: Credential = { recipe, founder, invitations: [] }
  const now = systemClock.now()

  async function invited(signer: Signer, terms: Inviting, at = now): Promise<Credential> {
    const inviter = { credential: root, signer: founderSigner, guestsInvite: true }
    const invitation = await invite(inviter, { ...terms, guest: signer.peer, now: at }, signerOfSeed)
    const asked = { recipe: { recipe, founder, guestsInvite: true }, verify: verifySignature, signerOf: signerOfSeed }
    return await accept(invitation, signer.peer, { ...asked, now: at })
  }
  const admissionOf = (self: Signer, credential: Credential, revocations: readonly Uint8Array[]) =>
    invitedAdmission({
      recipe,
      founder,
      guestsInvite: true,
      self,
      credential,
      verify: verifySignature,
      revocations,
      time: systemClock,
    })

  const newComer = async () => {
    const identity = await createIdentity()
    return { identity, signer: signerOf(identity) }
  }
  const [guest, latecomer, ended, revoked, thief, replayer] = await Promise.all(Array.from({ length: 6 }, newComer))
  const guestCredential = await invited(guest.signer, {})
  const endedCredential = await invited(ended.signer, { until: now - HOUR_MS }, now - 2 * HOUR_MS)
  const revokedCredential = await invited(revoked.signer, {})
  const revocations = [await revoke(root, founderSigner, { peer: revoked.signer.peer })]
  const lateAdmission = await admissionOf(latecomer.signer, await invited(latecomer.signer, {}), [])
  const guestAdmission = await admissionOf(guest.signer, guestCredential, revocations)

  /** As a member that was met by the guest has it: another connection's. */
  const replayed = await guestAdmission.prove({
    prover: guest.signer.peer,
    verifier: replayer.signer.peer,
    proverNonce: new Uint8Array(32),
    verifierNonce: new Uint8Array(32),
  })
  const shows =
    (credential: Credential, { signer }: typeof guest) =>
    async (context: ProofContext) =>
      joinFields([encodeCredential(credential), await signer.sign(proofStatement('member', recipe, context))])

  const newcomer = await newComer()
  return {
    founder: { identity: founderIdentity, admission: await admissionOf(founderSigner, root, revocations) },
    guest: { identity: guest.identity, admission: guestAdmission },
    latecomer: { identity: latecomer.identity, admission: lateAdmission },
    strangers: new Map([
      ['no invitation', { identity: newcomer.identity, admission: showing(async () => new Uint8Array()) }],
      ['an ended invitation', { identity: ended.identity, admission: showing(shows(endedCredential, ended)) }],
      [REVOKED, { identity: revoked.identity, admission: showing(shows(revokedCredential, revoked)) }],
      ["another guest's invitation", { identity: thief.identity, admission: showing(shows(guestCredential, thief)) }],
      ['a proof of another connection', { identity: replayer.identity, admission: showing(async () => replayed) }],
    ]),
  }
}

/** Shows this, and lets in whoever comes. */
function showing(prove: Admission['prove']): Admission {
  return {
    kind: 'invited',
    prove,
    judge: async () => undefined,
    lapsed: () => undefined,
    revocations: () => [],
    learn: async () => [],
    onChange: () => () => {},
  }
}
