import { randomBytes } from 'node:crypto'
import type { Admission, ProofContext, Signer } from '../../src/admission/admission.ts'
import type { Credential } from '../../src/admission/credential.ts'
import { accept, type Invitation, type Inviting, invite } from '../../src/admission/invitation.ts'
import { invitedAdmission } from '../../src/admission/invited.ts'
import { signerOfSeed, verifySignature } from '../../src/network/signatures.ts'

export const RECIPE = 'ab'.repeat(32)

/** When these tests take place, and an hour. */
export const NOW = Date.UTC(2026, 10, 30, 12)
export const HOUR = 3_600_000

/** A member with what it is one by. */
export interface Guest {
  readonly signer: Signer
  readonly peer: string
  readonly credential: Credential
}

export async function newSigner(): Promise<Signer> {
  return await signerOfSeed(randomBytes(32))
}

export async function newFounder(recipe = RECIPE): Promise<Guest> {
  const signer = await newSigner()
  return { signer, peer: signer.peer, credential: { recipe, founder: signer.peer, invitations: [] } }
}

export async function inviteBy(by: Guest, terms: Inviting = {}): Promise<Invitation> {
  return await invite({ ...by, guestsInvite: true }, { ...terms, now: NOW }, signerOfSeed)
}

/** The guest that comes with this invitation. */
export async function comeWith(invitation: Invitation, signer: Signer): Promise<Guest> {
  const { recipe, founder } = invitation.credential
  const credential = await accept(invitation, signer.peer, {
    recipe: { recipe, founder, guestsInvite: true },
    verify: verifySignature,
    signerOf: signerOfSeed,
    now: NOW,
  })
  return { signer, peer: signer.peer, credential }
}

/** A new peer whom a member has invited by its id. */
export async function guestOf(by: Guest, terms: Omit<Inviting, 'guest'> = {}): Promise<Guest> {
  const signer = await newSigner()
  return await comeWith(await inviteBy(by, { ...terms, guest: signer.peer }), signer)
}

/** A time of day that a test sets; what was to be called by then is called. */
export function createTimeOfDay() {
  let passed = 0
  let begin = NOW
  const calls = new Set<{ readonly at: number; readonly callback: () => void }>()
  return {
    now: () => begin + passed,
    after(milliseconds: number, callback: () => void) {
      const call = { at: passed + milliseconds, callback }
      calls.add(call)
      return () => void calls.delete(call)
    },
    waiting: () => calls.size,
    advance(milliseconds: number): void {
      const end = passed + milliseconds
      for (;;) {
        const [next] = [...calls].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)
        if (next === undefined) break
        calls.delete(next)
        passed = next.at
        next.callback()
      }
      passed = end
    },
    /** Sets the clock, or wakes a machine that has slept: nothing is called by it. */
    leap(milliseconds: number): void {
      begin += milliseconds
    },
  }
}

export interface AdmissionSetting {
  readonly guestsInvite?: boolean
  readonly revocations?: readonly Uint8Array[]
  readonly time?: ReturnType<typeof createTimeOfDay>
}

/** Who lets in, and is let in. */
export async function admissionFor(guest: Guest, setting: AdmissionSetting = {}): Promise<Admission> {
  const { guestsInvite = true, revocations = [], time = createTimeOfDay() } = setting
  const { recipe, founder } = guest.credential
  const { signer: self, credential } = guest
  return await invitedAdmission({
    recipe,
    founder,
    guestsInvite,
    self,
    credential,
    verify: verifySignature,
    revocations,
    time,
  })
}

/** A fresh connection, as the prover sees it. */
export function connection(prover: string, verifier: string): ProofContext {
  return { prover, verifier, proverNonce: randomBytes(32), verifierNonce: randomBytes(32) }
}

/** Proves over a fresh connection. @returns what the verifier says of the prover */
export async function meet(prover: Guest, verifier: Guest, judge: Admission): Promise<string | undefined> {
  const context = connection(prover.peer, verifier.peer)
  return await judge.judge(await (await admissionFor(prover)).prove(context), context)
}
