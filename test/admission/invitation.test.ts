import { expect, test } from 'vitest'
import { MAX_INVITATIONS } from '../../src/admission/constants.ts'
import { InvitationError } from '../../src/admission/errors.ts'
import { joinFields } from '../../src/admission/fields.ts'
import {
  accept,
  INVITATION_PREFIX,
  type Invitation,
  invitationText,
  invite,
  parseInvitation,
} from '../../src/admission/invitation.ts'
import { createSwarmKey } from '../../src/admission/key.ts'
import { toPastedText } from '../../src/admission/pasted-text.ts'
import { signerOfSeed, verifySignature } from '../../src/network/signatures.ts'
import { comeWith, guestOf, HOUR, inviteBy, NOW, newFounder, newSigner, RECIPE } from './guests.ts'

const founder = await newFounder()
const guest = await newSigner()
const named = await inviteBy(founder, { guest: guest.peer })
const open = await inviteBy(founder, { until: NOW + HOUR })

/** What a peer says that comes with an invitation. */
async function refusal(invitation: Invitation, self = guest.peer, recipe: Partial<typeof founding> = {}, now = NOW) {
  const error = await accept(invitation, self, {
    recipe: { ...founding, ...recipe },
    verify: verifySignature,
    signerOf: signerOfSeed,
    now,
  }).catch(error => error)
  expect(error).toBeInstanceOf(InvitationError)
  return error.message
}
const founding = { recipe: RECIPE, founder: founder.peer, guestsInvite: true }

test('an invitation is a short text that no shell changes, and is read as it was', () => {
  for (const invitation of [named, open]) {
    const text = invitationText(invitation)
    expect(text).toMatch(/^hearsay-invite-[A-Za-z0-9_-]+$/)
    expect(text.length).toBeLessThan(450)
    expect(invitationText(parseInvitation(text))).toBe(text)
  }
  expect(parseInvitation(invitationText(open)).seed).toEqual(open.seed)
})

test('an invitation may be broken into lines, and have white space about it', () => {
  const text = invitationText(named)
  expect(invitationText(parseInvitation(`  ${text.slice(0, 80)}\n${text.slice(80)}\r\n`))).toBe(text)
})

test('a text that is no invitation, or not all of one, is refused with what to do', () => {
  const text = invitationText(open)
  const message = (given: string) => {
    try {
      parseInvitation(given)
    } catch (error) {
      expect(error).toBeInstanceOf(InvitationError)
      return (error as Error).message
    }
    return 'read'
  }
  expect(message('')).toContain('expected a text that begins with hearsay-invite-')
  expect(message(createSwarmKey())).toContain('this is no invitation')
  expect(message(INVITATION_PREFIX)).toBe('this invitation is cut short: paste all of it')
  for (let length = INVITATION_PREFIX.length; length < text.length; length++) {
    expect(message(text.slice(0, length)), `${length} characters`).toContain('is cut short')
  }
  expect(message(text.slice(0, 100))).toContain(`it has 100 of ${text.length} characters; paste all of it`)
  expect(message(`${text}AAAA`)).toContain('is too long')
  expect(message(`${text}'`)).toContain('has a character that it cannot have, "\'"')
  expect(message(toPastedText(INVITATION_PREFIX, joinFields([new Uint8Array(4)])))).toContain('of another version')
})

test('an invitation of which any one character was changed is refused', () => {
  for (const text of [invitationText(named), invitationText(open)]) {
    for (let at = 0; at < text.length; at++) {
      for (const other of ['A', 'z', '_', '%', ' ']) {
        if (text[at] === other) continue
        const changed = text.slice(0, at) + other + text.slice(at + 1)
        expect(() => parseInvitation(changed), `character ${at} as ${other}`).toThrow(InvitationError)
      }
    }
  }
})

test('bytes of an invitation that were changed, with a checksum to match, do not become one that holds', async () => {
  const text = invitationText(open)
  const payload = Buffer.from(text.slice(INVITATION_PREFIX.length), 'base64url').subarray(2, -4)
  for (let at = 0; at < payload.byteLength; at++) {
    const changed = Uint8Array.from(payload)
    changed[at] ^= 1 << (at % 8)
    let invitation: Invitation
    try {
      invitation = parseInvitation(toPastedText(INVITATION_PREFIX, changed))
    } catch (error) {
      expect(error).toBeInstanceOf(InvitationError)
      continue
    }
    await refusal(invitation)
  }
})

test('a named guest and the bearer of an open invitation come by it', async () => {
  expect((await comeWith(named, guest)).credential.invitations).toHaveLength(1)
  const [claimed] = (await comeWith(open, guest)).credential.invitations
  expect(claimed.claim?.guest).toBe(guest.peer)
  // More than one may hold it.
  expect((await comeWith(open, await newSigner())).credential.invitations[0].id).toBe(claimed.id)
})

test('who may not come by an invitation is told why', async () => {
  const [other] = [await newSigner()]
  expect(await refusal(named, other.peer)).toBe(
    `this invitation is for the peer ${guest.peer}; this peer is ${other.peer}`,
  )
  expect(await refusal(named, guest.peer, { recipe: 'cd'.repeat(32) })).toContain(
    'has an invitation to another recipe, abababababababab…; here it is cdcdcdcdcdcdcdcd…',
  )
  expect(await refusal(named, guest.peer, { founder: other.peer })).toContain('of another founder')
  expect(await refusal(open, guest.peer, {}, NOW + HOUR)).toContain('that ended on 2026-11-30 at 13:00 UTC')
  const forged = { credential: { ...named.credential, founder: other.peer } }
  expect(await refusal(forged, guest.peer, { founder: other.peer })).toContain('a signature that does not hold')
  const prolonged = open.credential.invitations.map(each => ({ ...each, until: NOW + 2 * HOUR }))
  expect(await refusal({ ...open, credential: { ...open.credential, invitations: prolonged } })).toContain(
    'a signature that does not hold',
  )
})

test('guests invite, as far from the founder as there is room for, where the recipe lets them', async () => {
  let last = await guestOf(founder)
  const first = last
  for (let depth = 2; depth <= MAX_INVITATIONS; depth++) last = await guestOf(last)
  expect(last.credential.invitations).toHaveLength(MAX_INVITATIONS)
  await expect(inviteBy(last)).rejects.toThrow('invitations away from the founder, which is the most')
  const second = await inviteBy(first)
  expect(await refusal(second, guest.peer, { guestsInvite: false })).toContain(
    'the recipe lets the founder alone invite',
  )
  await expect(invite({ ...first, guestsInvite: false }, { now: NOW }, signerOfSeed)).rejects.toThrow(
    `its founder alone invite, ${founder.peer}; this peer is ${first.peer}`,
  )
  await expect(inviteBy(first, { guest: founder.peer })).rejects.toThrow('is a member already')
  await expect(inviteBy(first, { guest: first.peer })).rejects.toThrow('is a member already')
  await expect(inviteBy(founder, { until: NOW })).rejects.toThrow('has ended: give a date to come')
})

test('a guest whose own invitation has ended can invite nobody', async () => {
  const brief = await guestOf(founder, { until: NOW + HOUR })
  const late = invite({ ...brief, guestsInvite: true }, { now: NOW + HOUR }, signerOfSeed)
  await expect(late).rejects.toThrow('can invite nobody any more')
})
