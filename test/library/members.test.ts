import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { MAX_REVOCATIONS } from '../../src/admission/constants.ts'
import { InvitationError, RevocationError } from '../../src/admission/errors.ts'
import { describeInvitation, invite, keepRecipe, prepareFounder, revoke } from '../../src/library/members.ts'
import { MembershipError } from '../../src/library/membership.ts'
import { createIdentity, peerIdOf } from '../../src/network/identity.ts'
import { recipeHash } from '../../src/recipe/recipe.ts'
import { membershipFiles } from '../../src/storage/membership-files.ts'
import { openStateDirectory, StateError } from '../../src/storage/state-directory.ts'
import { temporaryFolders } from '../storage/temporary-folder.ts'

const newFolder = temporaryFolders()
const HOUR = 3_600_000

async function foundSwarm(guestsInvite?: true) {
  const state = newFolder()
  const { founder } = await prepareFounder(state)
  const recipe = await keepRecipe(state, { security: { membership: 'invited', founder, guestsInvite } })
  return { state, founder, recipe }
}

const newPeer = async () => peerIdOf(await createIdentity())

test("a founder is made once, in a state that a peer may have taken since, and is the recipe's", async () => {
  const { state, founder, recipe } = await foundSwarm()
  expect(founder).toMatch(/^12D3KooW/)
  const taken = await openStateDirectory(state)
  try {
    expect(await prepareFounder(state)).toEqual({ founder })
    expect(describeInvitation(await invite({ state }))).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      recipe: recipeHash(recipe),
      founder,
      by: founder,
      for: null,
      until: null,
      depth: 1,
    })
  } finally {
    await taken.release()
  }
})

test('an invitation is for a peer, until an end, as it is asked for', async () => {
  const { state } = await foundSwarm()
  const guest = await newPeer()
  const until = Date.now() + HOUR
  expect(describeInvitation(await invite({ state, for: guest, until }))).toMatchObject({ for: guest, until })
})

test('invitations are refused that could not be used', async () => {
  const { state, founder } = await foundSwarm()
  await expect(invite({ state, for: 'anna' })).rejects.toThrow('for (--for) is "anna"; expected a peer id')
  await expect(invite({ state, for: founder })).rejects.toThrow(InvitationError)
  await expect(invite({ state, until: 1 })).rejects.toThrow('has ended: give a date to come')
  for (const until of [2 ** 48, 1.5, Number.NaN]) {
    await expect(invite({ state, until })).rejects.toThrow(
      `until is ${until}; it must be a whole number of milliseconds`,
    )
  }
  expect(describeInvitation(await invite({ state, until: 2 ** 48 - 1 })).until).toBe(2 ** 48 - 1)
  await expect(invite({ state, untill: 1 } as never)).rejects.toThrow('did you mean until?')
})

test('nobody is invited from what is the state of no invited swarm', async () => {
  const empty = newFolder()
  await expect(invite({ state: empty })).rejects.toThrow(MembershipError)
  await expect(invite({ state: empty })).rejects.toThrow(`--state ${empty} has no identity`)
  const { founder } = await prepareFounder(empty)
  await expect(invite({ state: empty })).rejects.toThrow('has no recipe yet')
  await keepRecipe(empty, {})
  await expect(invite({ state: empty })).rejects.toThrow('its recipe says open')
  await keepRecipe(empty, { security: { membership: 'invited', founder: await newPeer() } })
  await expect(invite({ state: empty })).rejects.toThrow('is neither the founder')
  await keepRecipe(empty, { security: { membership: 'invited', founder } })
  expect(await invite({ state: empty })).toMatch(/^hearsay-invite-/)
  writeFileSync(join(empty, 'recipe.json'), '{')
  await expect(invite({ state: empty })).rejects.toThrow(StateError)
})

test('a recipe is not put in the place of one that was learned by', async () => {
  const { state, recipe } = await foundSwarm()
  await keepRecipe(state, { ...recipe, training: { steps: 7 } })
  writeFileSync(join(state, 'checkpoint.safetensors'), '')
  await expect(keepRecipe(state, recipe)).rejects.toThrow('has learned by another recipe')
  await keepRecipe(state, { ...recipe, training: { steps: 7 } })
})

test('a peer, an invitation, or its id is revoked, once', async () => {
  const { state } = await foundSwarm()
  const [peer, text] = [await newPeer(), await invite({ state })]
  const { id } = describeInvitation(text)
  expect(await revoke({ state, whom: peer })).toEqual({ peer })
  expect(await revoke({ state, whom: `${text}\n` })).toEqual({ invitation: id })
  expect(await revoke({ state, whom: id })).toEqual({ invitation: id })
  expect(await revoke({ state, whom: peer })).toEqual({ peer })
  expect((await membershipFiles(state).revocations()).size).toBe(2)
})

test('who cannot be revoked is named', async () => {
  const { state, founder } = await foundSwarm()
  const other = await foundSwarm()
  const refused = async (whom: string) => {
    const error = await revoke({ state, whom }).catch(error => error)
    expect(error).toBeInstanceOf(RevocationError)
    return error.message
  }
  expect(await refused('anna')).toBe('"anna" is neither a peer id, such as 12D3KooW…, nor an invitation or its id')
  expect(await refused(founder)).toContain('this peer itself')
  expect(await refused(await invite({ state: other.state }))).toContain('to another recipe')
  expect((await membershipFiles(state).revocations()).size).toBe(0)
})

test('no more are revoked than are remembered', async () => {
  const { state } = await foundSwarm()
  for (let i = 0; i < MAX_REVOCATIONS; i++) await revoke({ state, whom: i.toString(16).padStart(32, '0') })
  await expect(revoke({ state, whom: await newPeer() })).rejects.toThrow(
    `${MAX_REVOCATIONS} are revoked, which is the most`,
  )
  // One that is there already needs no room.
  await revoke({ state, whom: '0'.repeat(32) })
})
