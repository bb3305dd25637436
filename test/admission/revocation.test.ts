import { expect, test, vi } from 'vitest'
import { MAX_REVOCATION_BYTES, MAX_REVOCATIONS, MAX_REVOCATIONS_PER_BRANCH } from '../../src/admission/constants.ts'
import { decodeRevocation, kept, type Revocation, type Revoked, revoke } from '../../src/admission/revocation.ts'
import { admissionFor, comeWith, type Guest, guestOf, inviteBy, meet, newFounder, newSigner } from './guests.ts'

const founder = await newFounder()
const anna = await guestOf(founder)
const ben = await guestOf(anna)
const carla = await guestOf(ben)
const dora = await guestOf(founder)

const revokedBy = (by: Guest, of: Revoked) => revoke(by.credential, by.signer, of)

/** What the founder says of each of them, once it has heard of these revocations. */
async function verdicts(...revocations: readonly Uint8Array[]) {
  const admission = await admissionFor(founder, { revocations })
  const said: (string | undefined)[] = []
  for (const guest of [anna, ben, carla, dora]) said.push(await meet(guest, founder, admission))
  return said
}

test('whoever is revoked goes, with all below in the chain, and nobody else', async () => {
  const way = `was invited by way of ${anna.peer}, which was revoked by the founder`
  expect(await verdicts(await revokedBy(founder, { peer: anna.peer }))).toEqual([
    'was revoked by the founder',
    way,
    way,
    undefined,
  ])
  expect(await verdicts(await revokedBy(founder, { peer: ben.peer }))).toEqual([
    undefined,
    'was revoked by the founder',
    `was invited by way of ${ben.peer}, which was revoked by the founder`,
    undefined,
  ])
})

test('who has invited revokes those whom it invited, directly or not', async () => {
  const by = `was revoked by ${anna.peer}`
  expect(await verdicts(await revokedBy(anna, { peer: carla.peer }))).toEqual([undefined, undefined, by, undefined])
  expect(await verdicts(await revokedBy(anna, { peer: ben.peer }))).toEqual([
    undefined,
    by,
    `was invited by way of ${ben.peer}, which ${by}`,
    undefined,
  ])
})

test('nobody revokes those above, beside, itself, or the founder', async () => {
  const nobody = [undefined, undefined, undefined, undefined]
  for (const peer of [anna.peer, ben.peer, dora.peer, founder.peer]) {
    expect(await verdicts(await revokedBy(ben, { peer }))).toEqual(nobody)
  }
  const stranger = await newSigner()
  const asFounder = { signer: stranger, peer: founder.peer, credential: founder.credential }
  const asOwnFounder = { ...asFounder, credential: { ...founder.credential, founder: stranger.peer } }
  const asGuest = { ...asFounder, credential: anna.credential }
  for (const forger of [asFounder, asOwnFounder, asGuest]) {
    expect(await verdicts(await revokedBy(forger, { peer: ben.peer }))).toEqual(nobody)
  }
  const ofFounder = await revokedBy(founder, { peer: founder.peer })
  const admission = await admissionFor(anna, { revocations: [ofFounder] })
  expect(await meet(founder, anna, admission)).toBeUndefined()
})

test("a guest's revocation counts only where guests invite", async () => {
  const revocation = await revokedBy(anna, { peer: ben.peer })
  const admission = await admissionFor(founder, { guestsInvite: false })
  expect(await admission.learn([revocation])).toEqual([])
})

test('a revoked invitation takes all who came by it', async () => {
  const invitation = await inviteBy(founder)
  const [id] = invitation.credential.invitations.map(each => each.id)
  const guests = [await comeWith(invitation, await newSigner()), await comeWith(invitation, await newSigner())]
  const admission = await admissionFor(founder)
  for (const guest of guests) expect(await meet(guest, founder, admission)).toBeUndefined()
  const changed = vi.fn()
  admission.onChange(changed)
  const revocation = await revokedBy(founder, { invitation: id })
  expect(await admission.learn([revocation])).toEqual([Uint8Array.from(revocation)])
  expect(changed).toHaveBeenCalledExactlyOnceWith([Uint8Array.from(revocation)])
  for (const guest of guests) {
    expect(admission.lapsed(guest.peer)).toBe('was revoked by the founder')
    expect(await meet(guest, founder, admission)).toBe('was revoked by the founder')
  }
  // What is known is no news.
  expect(await admission.learn([revocation])).toEqual([])
  expect(changed).toHaveBeenCalledOnce()
  expect(admission.revocations()).toEqual([Uint8Array.from(revocation)])
})

test('a revocation of which any bit was changed is not taken up, nor what comes after it', async () => {
  const admission = await admissionFor(founder)
  const good = await revokedBy(founder, { peer: dora.peer })
  const revocation = await revokedBy(anna, { peer: ben.peer })
  for (let at = 0; at < revocation.byteLength; at++) {
    const changed = Uint8Array.from(revocation)
    changed[at] ^= 1 << (at % 8)
    expect(await admission.learn([changed, good]), `byte ${at}`).toEqual([])
  }
  expect(await admission.learn([new Uint8Array(MAX_REVOCATION_BYTES + 1), good])).toEqual([])
  expect(admission.revocations()).toEqual([])
})

test('the longest revocation fits', async () => {
  const last = await guestOf(carla)
  expect((await revokedBy(last, { peer: anna.peer })).byteLength).toBeLessThan(MAX_REVOCATION_BYTES)
})

/** As they are once their signatures were found to hold. */
async function many(by: Guest, count: number): Promise<Revocation[]> {
  const made: Revocation[] = []
  for (let i = 0; i < count; i++) {
    const invitation = i.toString(16).padStart(32, '0')
    made.push(decodeRevocation(await revokedBy(by, { invitation })) as Revocation)
  }
  return made
}

test("a guest fills no more than its own branch's places, and the founder's come before all", async () => {
  const byAnna = await many(anna, 3 * MAX_REVOCATIONS_PER_BRANCH)
  const byBen = await many(ben, 3 * MAX_REVOCATIONS_PER_BRANCH)
  const byDora = await many(dora, 2)
  const some = kept([...byAnna, ...byBen, ...byDora])
  expect(some).toHaveLength(MAX_REVOCATIONS_PER_BRANCH + 2)
  expect(byDora.every(each => some.includes(each))).toBe(true)
  const byFounder = await many(founder, MAX_REVOCATIONS)
  expect(new Set(kept([...some, ...byFounder]))).toEqual(new Set(byFounder))
})

test('members that hear the same in any order keep the same, and nothing comes back that was dropped', async () => {
  const branches = await Promise.all(Array.from({ length: 12 }, () => guestOf(founder)))
  const all = (await Promise.all([many(founder, 30), ...branches.map(guest => many(guest, 14))])).flat()
  const whole = kept(all)
  expect(whole).toHaveLength(MAX_REVOCATIONS)
  for (let turn = 0; turn < 20; turn++) {
    const shuffled = all.map(each => ({ each, key: Math.random() })).sort((a, b) => a.key - b.key)
    let heard: readonly Revocation[] = []
    for (let at = 0; at < shuffled.length; at += 17) {
      heard = kept([...heard, ...shuffled.slice(at, at + 17).map(({ each }) => each)])
    }
    expect(heard).toEqual(whole)
  }
})
