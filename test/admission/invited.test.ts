import { expect, test, vi } from 'vitest'
import { LOOK_AGAIN_MS, MAX_PROOF_BYTES, MAX_REMEMBERED } from '../../src/admission/constants.ts'
import { claimFor, encodeCredential } from '../../src/admission/credential.ts'
import { joinFields } from '../../src/admission/fields.ts'
import { invitedAdmission } from '../../src/admission/invited.ts'
import { createSwarmKey, keyAdmission, parseSwarmKey } from '../../src/admission/key.ts'
import { openAdmission } from '../../src/admission/open.ts'
import { revoke } from '../../src/admission/revocation.ts'
import { signerOfSeed, verifySignature } from '../../src/network/signatures.ts'
import {
  admissionFor,
  comeWith,
  connection,
  createTimeOfDay,
  type Guest,
  guestOf,
  HOUR,
  inviteBy,
  meet,
  NOW,
  newFounder,
  newSigner,
  RECIPE,
} from './guests.ts'

const founder = await newFounder()
const anna = await guestOf(founder)
const ben = await guestOf(anna)
const carla = await comeWith(await inviteBy(ben), await newSigner())
const dora = await guestOf(founder)
const everybody: [string, Guest][] = [
  ['the founder', founder],
  ['a guest', anna],
  ["a guest's guest", ben],
  ['the bearer of an invitation of that one', carla],
]

function founderOptions() {
  const { signer: self, credential } = founder
  const recipe = { recipe: RECIPE, founder: founder.peer, guestsInvite: true }
  return { ...recipe, self, credential, verify: verifySignature, revocations: [], time: createTimeOfDay() }
}

test.each(everybody)('%s is let in by everybody else', async (_, prover) => {
  for (const [, verifier] of everybody) {
    if (verifier !== prover) expect(await meet(prover, verifier, await admissionFor(verifier))).toBeUndefined()
  }
})

test('a proof of the longest chain fits', async () => {
  const proof = await (await admissionFor(carla)).prove(connection(carla.peer, founder.peer))
  expect(proof.byteLength).toBeLessThan(MAX_PROOF_BYTES / 4)
})

test('a proof is of one connection and one direction', async () => {
  const verifier = await admissionFor(founder)
  const context = connection(anna.peer, founder.peer)
  const proof = await (await admissionFor(anna)).prove(context)
  const again = { ...context, verifierNonce: connection('', '').verifierNonce }
  expect(await verifier.judge(proof, again)).toBe('gives a proof that is not of this connection')
  expect(await verifier.judge(proof, { ...context, proverNonce: again.verifierNonce })).toContain(
    'not of this connection',
  )
  expect(await verifier.judge(proof, { ...context, verifier: ben.peer })).toContain('not of this connection')
  const swapped = { ...context, proverNonce: context.verifierNonce, verifierNonce: context.proverNonce }
  expect(await verifier.judge(proof, swapped)).toContain('not of this connection')
  // Played back to whom it came from.
  const back = { ...swapped, prover: founder.peer, verifier: anna.peer }
  expect(await (await admissionFor(anna)).judge(proof, back)).toBe(`holds the invitation of another peer, ${anna.peer}`)
  expect(await verifier.judge(proof, context)).toBeUndefined()
})

test('who has seen a credential cannot use it, not even that of a bearer', async () => {
  const thief = await newSigner()
  const verifier = await admissionFor(founder)
  for (const { credential } of [carla, anna]) {
    // With its own signature of the connection, as itself and under the other's name.
    const context = connection(thief.peer, founder.peer)
    const stolen = joinFields([encodeCredential(credential), await thief.sign(new Uint8Array(8))])
    expect(await verifier.judge(stolen, context)).toContain('holds the invitation of another peer')
  }
  // A claim of its own, which takes the bearer's key.
  const invitations = carla.credential.invitations.map(each =>
    each.claim === undefined ? each : { ...each, claim: { guest: thief.peer, signature: each.claim.signature } },
  )
  const claimed: Guest = { signer: thief, peer: thief.peer, credential: { ...carla.credential, invitations } }
  expect(await meet(claimed, founder, verifier)).toBe('has an invitation whose signature does not hold')
})

test('an invitation for one guest is not made one for others by that guest', async () => {
  const friend = await newSigner()
  const [named] = anna.credential.invitations
  const asBearers = { ...anna.credential, invitations: [{ ...named, isBearer: true }] }
  const credential = await claimFor(asBearers, anna.signer, friend.peer)
  expect(await meet({ signer: friend, peer: friend.peer, credential }, founder, await admissionFor(founder))).toBe(
    'has an invitation whose signature does not hold',
  )
})

test("a bearer's invitation lets in nobody who has not claimed it, nor the peer that its key would be", async () => {
  const { credential, seed = new Uint8Array() } = await inviteBy(founder)
  const signer = await signerOfSeed(seed)
  const unclaimed = { signer, peer: signer.peer, credential }
  expect(await meet(unclaimed, founder, await admissionFor(founder))).toBe('has not claimed its invitation')
})

test('the same proof with a step left out, or in another order, is none', async () => {
  const verifier = await admissionFor(founder)
  const { invitations } = carla.credential
  for (const changed of [invitations.slice(1), [invitations[0], invitations[2]], invitations.toReversed()]) {
    const context = connection(carla.peer, founder.peer)
    const credential = { ...carla.credential, invitations: changed }
    const proof = await (await admissionFor(carla)).prove(context)
    const forged = joinFields([encodeCredential(credential), proof.subarray(-64)])
    expect(await verifier.judge(forged, context)).toMatch(/signature does not hold|another peer/)
  }
})

test('a proof of which any bit was changed is refused, and breaks nothing', async () => {
  const verifier = await admissionFor(founder)
  const context = connection(carla.peer, founder.peer)
  const proof = await (await admissionFor(carla)).prove(context)
  for (let at = 0; at < proof.byteLength; at++) {
    const changed = Uint8Array.from(proof)
    changed[at] ^= 1 << (at % 8)
    expect(await verifier.judge(changed, context), `byte ${at}`).toEqual(expect.any(String))
    expect(await verifier.judge(proof.subarray(0, at), context), `${at} bytes`).toEqual(expect.any(String))
  }
  expect(await verifier.judge(new Uint8Array(MAX_PROOF_BYTES + 1), context)).toBe('has no invitation that can be read')
  expect(await verifier.judge(proof, context)).toBeUndefined()
}, 30_000)

test('strangers are told what they lack', async () => {
  const verifier = await admissionFor(founder)
  const stranger = await newSigner()
  const context = connection(stranger.peer, founder.peer)
  expect(await verifier.judge(await openAdmission().prove(context), context)).toBe('has no invitation to this swarm')
  const key = parseSwarmKey(createSwarmKey())
  const keyed = await keyAdmission({ recipe: RECIPE, key }).prove(context)
  expect(await verifier.judge(keyed, context)).toBe('has no invitation that can be read')
  // As if it were the founder.
  const asFounder = joinFields([encodeCredential(founder.credential), new Uint8Array(64)])
  expect(await verifier.judge(asFounder, context)).toBe('has no invitation to this swarm')
  expect(await verifier.judge(asFounder, connection(founder.peer, anna.peer))).toContain('not of this connection')
  const own = { signer: stranger, peer: stranger.peer, credential: { ...founder.credential, founder: stranger.peer } }
  expect(await meet(own, founder, verifier)).toContain('has an invitation of another founder')
  const elsewhere = await newFounder('cd'.repeat(32))
  expect(await meet(elsewhere, founder, verifier)).toContain('has an invitation to another recipe')
})

test('where the founder alone invites, a guest of a guest is no member', async () => {
  const strict = await admissionFor(founder, { guestsInvite: false })
  expect(await meet(anna, founder, strict)).toBeUndefined()
  expect(await meet(ben, founder, strict)).toBe('was invited by a guest, and the recipe lets the founder alone invite')
})

test('a chain that leads back to one of its members is none', async () => {
  const { invitations } = ben.credential
  const [named] = (await inviteBy(ben, { guest: carla.peer })).credential.invitations.slice(-1)
  const circle = { ...founder.credential, invitations: [...invitations, named, { ...named, to: anna.peer }] }
  const proof = joinFields([encodeCredential(circle), new Uint8Array(64)])
  expect(await (await admissionFor(founder)).judge(proof, connection(anna.peer, founder.peer))).toContain('in a circle')
})

test('of a chain that a stranger has made up one signature is checked', async () => {
  const stranger = await newSigner()
  const asFounder = { signer: stranger, peer: stranger.peer, credential: founder.credential }
  const { credential } = await inviteBy(asFounder, { guest: ben.peer })
  let checked = 0
  const admission = await invitedAdmission({
    ...founderOptions(),
    verify(...given) {
      checked++
      return verifySignature(...given)
    },
  })
  const context = connection(ben.peer, founder.peer)
  const proof = joinFields([encodeCredential(credential), new Uint8Array(64)])
  expect(await admission.judge(proof, context)).toBe('has an invitation whose signature does not hold')
  expect(checked).toBe(1)
})

test('an admission is made with the credential of its own peer only', async () => {
  const made = invitedAdmission({ ...founderOptions(), self: ben.signer, credential: anna.credential })
  await expect(made).rejects.toThrow(`this peer is ${ben.peer}, and its invitations are of ${anna.peer}`)
})

test('an invitation ends: of newcomers, of who is connected, and of whom they have invited', async () => {
  const time = createTimeOfDay()
  const admission = await admissionFor(founder, { time })
  const brief = await guestOf(founder, { until: NOW + HOUR })
  const below = await guestOf(brief)
  for (const guest of [brief, below, anna]) expect(await meet(guest, founder, admission)).toBeUndefined()
  const changed = vi.fn()
  const stop = admission.onChange(changed)
  time.advance(HOUR - 1)
  expect(changed).not.toHaveBeenCalled()
  expect(admission.lapsed(brief.peer)).toBeUndefined()
  time.advance(1)
  expect(changed).toHaveBeenCalledExactlyOnceWith([])
  const ended = 'has an invitation that ended on 2026-11-30 at 13:00 UTC'
  expect(admission.lapsed(brief.peer)).toBe(ended)
  expect(admission.lapsed(below.peer)).toBe(`was invited by way of ${brief.peer}, which ${ended}`)
  expect(admission.lapsed(anna.peer)).toBeUndefined()
  expect(await meet(brief, founder, admission)).toBe(ended)
  stop()
  expect(time.waiting()).toBe(0)
})

test('an end is not slept through, nor waited for once nobody listens', async () => {
  const time = createTimeOfDay()
  const admission = await admissionFor(founder, { time })
  expect(await meet(await guestOf(founder, { until: NOW + 1_000 * HOUR }), founder, admission)).toBeUndefined()
  expect(time.waiting()).toBe(0)
  const changed = vi.fn()
  const stop = admission.onChange(changed)
  expect(time.waiting()).toBe(1)
  time.advance(10 * LOOK_AGAIN_MS)
  expect(time.waiting()).toBe(1)
  expect(changed).not.toHaveBeenCalled()
  // The machine has slept meanwhile.
  time.leap(1_000 * HOUR)
  time.advance(LOOK_AGAIN_MS)
  expect(changed).toHaveBeenCalledOnce()
  stop()
  expect(time.waiting()).toBe(0)
})

test("this peer's own invitation ends too", async () => {
  const time = createTimeOfDay()
  const brief = await guestOf(founder, { until: NOW + HOUR })
  const admission = await admissionFor(brief, { time })
  const changed = vi.fn()
  admission.onChange(changed)
  expect(admission.lapsed(brief.peer)).toBeUndefined()
  time.advance(HOUR)
  expect(changed).toHaveBeenCalledOnce()
  expect(admission.lapsed(brief.peer)).toContain('that ended on')
})

test('however many come, those that are connected are not forgotten', async () => {
  const { credential } = await inviteBy(founder)
  const [open] = credential.invitations
  // What is forgotten does not depend on signatures, of which there would be thousands.
  const admission = await invitedAdmission({ ...founderOptions(), verify: async () => true })
  const admit = async (guest: string) => {
    const invitations = [{ ...open, claim: { guest, signature: open.signature } }]
    const proof = joinFields([encodeCredential({ ...credential, invitations }), open.signature])
    expect(await admission.judge(proof, connection(guest, founder.peer))).toBeUndefined()
  }
  const connected = ['anna', 'ben']
  const reasons: (string | undefined)[] = []
  const stop = admission.onChange(() => reasons.splice(0, 2, ...connected.map(peer => admission.lapsed(peer))))
  for (const peer of ['anna', 'erik', 'ben']) await admit(peer)
  for (let i = 0; i < MAX_REMEMBERED; i++) await admit(`peer${i}`.replaceAll('0', 'z'))
  await admission.learn([await revoke(founder.credential, founder.signer, { invitation: open.id })])
  expect(reasons).toEqual(['was revoked by the founder', 'was revoked by the founder'])
  // It has left long ago: nothing is known of it.
  expect(admission.lapsed('erik')).toBeUndefined()
  stop()
})

test('of a member that is heard of through others it is known whether the founder has revoked it', async () => {
  const revocations = await Promise.all(
    [dora, founder].map(({ peer }) => revoke(founder.credential, founder.signer, { peer })),
  )
  const admission = await admissionFor(anna, { revocations })
  expect(admission.lapsed(dora.peer)).toBe('was revoked by the founder')
  expect(admission.lapsed(ben.peer)).toBeUndefined()
  expect(admission.lapsed(founder.peer)).toBeUndefined()
})

test('one that is revoked while its signatures are checked is not let in', async () => {
  let checked = () => {}
  const midway = new Promise<void>(resolve => {
    checked = resolve
  })
  let go = () => {}
  const held = new Promise<void>(resolve => {
    go = resolve
  })
  let isFirst = true
  const admission = await invitedAdmission({
    ...founderOptions(),
    async verify(...given) {
      const result = await verifySignature(...given)
      if (!isFirst) return result
      isFirst = false
      checked()
      await held
      return result
    },
  })
  const judging = meet(anna, founder, admission)
  await midway
  await admission.learn([await revoke(founder.credential, founder.signer, { peer: anna.peer })])
  go()
  expect(await judging).toBe('was revoked by the founder')
})
