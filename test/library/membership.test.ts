import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createVirtualNetwork } from '../../simulations/virtual/network.ts'
import { createSwarmKey } from '../../src/admission/key.ts'
import { loadDataset } from '../../src/data/sources.ts'
import { createPeer } from '../../src/library/create-peer.ts'
import { describeInvitation, invite, keepRecipe, prepareFounder, revoke } from '../../src/library/members.ts'
import { membershipOf } from '../../src/library/membership.ts'
import type { Peer, PeerOptions } from '../../src/library/peer.ts'
import { prepareRecipe } from '../../src/library/prepared-recipe.ts'
import { systemClock } from '../../src/library/system-clock.ts'
import { watchRevocations } from '../../src/library/watch-revocations.ts'
import { createIdentity, peerIdOf } from '../../src/network/identity.ts'
import { createRandom } from '../../src/random/random.ts'
import type { RecipeInput } from '../../src/recipe/recipe.ts'
import { membershipFiles } from '../../src/storage/membership-files.ts'
import { openStateDirectory } from '../../src/storage/state-directory.ts'
import { temporaryFolders } from '../storage/temporary-folder.ts'

const newFolder = temporaryFolders()
const HOUR = 3_600_000
const data = await loadDataset('digits', { seed: 1, samples: 20 })
const basis = { model: { name: 'linear' }, training: { steps: 1 } } as const
const keyed: RecipeInput = { ...basis, security: { membership: 'key' } }

async function foundSwarm(guestsInvite?: true) {
  const state = newFolder()
  const { founder } = await prepareFounder(state)
  const recipe: RecipeInput = { ...basis, security: { membership: 'invited', founder, guestsInvite } }
  await keepRecipe(state, recipe)
  return { state, founder, recipe }
}

const loopback = { listen: ['/ip4/127.0.0.1/tcp/0'], mdns: false }

/** A peer that is not started. */
async function newPeer(options: PeerOptions): Promise<Peer> {
  const peer = await createPeer({ data, backend: 'cpu', network: loopback, ...options })
  onTestFinished(() => peer.stop('interrupted'))
  return peer
}

async function refusal(options: PeerOptions): Promise<{ name: string; message: string }> {
  const error = await newPeer(options).then(
    () => ({ name: 'none', message: 'it was made' }),
    (reason: Error) => reason,
  )
  expect(error.message).not.toContain('\n')
  return { name: error.name, message: error.message }
}

test('a guest comes by its invitation, and once more by what its state has kept', async () => {
  const { state, recipe, founder } = await foundSwarm()
  const own = newFolder()
  const until = Date.now() + HOUR
  const peer = await newPeer({ recipe, state: own, invitation: ` ${await invite({ state, until })}\n` })
  expect(peer.membership).toEqual({ kind: 'invited', isFounder: false, mayInvite: false, until })
  await expect(peer.invite()).rejects.toThrow(`lets its founder alone invite, ${founder}`)
  await peer.stop()
  // The secret of the invitation is not kept.
  const kept = (await membershipFiles(own).pass()) ?? ''
  expect(describeInvitation(kept)).toMatchObject({ for: peer.id, by: founder })
  expect((await newPeer({ recipe, state: own })).id).toBe(peer.id)
})

test('the founder needs no invitation, and invites while it runs', async () => {
  const { state, recipe, founder } = await foundSwarm()
  const peer = await newPeer({ recipe, state })
  expect(peer.membership).toEqual({ kind: 'invited', isFounder: true, mayInvite: true, until: undefined })
  const text = await peer.invite()
  expect(describeInvitation(text)).toMatchObject({ founder, for: null })
  await newPeer({ recipe, invitation: text })
  const guest = await createIdentity()
  await newPeer({ recipe, identity: guest, invitation: await peer.invite({ for: peerIdOf(guest) }) })
  await expect(peer.invite({ untl: 1 } as never)).rejects.toThrow('invite: unknown option untl; did you mean until?')
  expect(await refusal({ recipe, state: newFolder() })).toMatchObject({ name: 'MembershipError' })
})

test('a guest invites where the recipe says so, from its peer and from its state', async () => {
  const { state, recipe } = await foundSwarm(true)
  const own = newFolder()
  const guest = await newPeer({ recipe, state: own, invitation: await invite({ state }) })
  expect(guest.membership.mayInvite).toBe(true)
  const texts = [await guest.invite(), await invite({ state: own })]
  for (const text of texts) {
    expect(describeInvitation(text)).toMatchObject({ by: guest.id, depth: 2 })
    await newPeer({ recipe, invitation: text })
  }
})

test('who comes without what the recipe asks for is told what to ask for', async () => {
  const { recipe, founder } = await foundSwarm()
  const state = newFolder()
  const { name, message } = await refusal({ recipe, state })
  expect(name).toBe('MembershipError')
  const [, id] = /this peer is (12D3KooW\w+): ask the founder/.exec(message) ?? []
  expect(message).toContain(`${founder}, for an invitation (hearsay invite --for ${id})`)
  // The id that it told stays its own.
  expect((await refusal({ recipe, state })).message).toBe(message)
  // A new one each time is not worth telling.
  expect((await refusal({ recipe })).message).not.toContain('--for')
  expect(await refusal({ recipe: keyed })).toMatchObject({
    name: 'MembershipError',
    message: expect.stringContaining('takes peers that have its key only'),
  })
})

test('an invitation that does not let in this peer is refused, and nothing of it kept', async () => {
  const { state, recipe } = await foundSwarm()
  const other = await foundSwarm()
  const own = newFolder()
  const guest = peerIdOf(await createIdentity())
  const given = async (invitation: string) => await refusal({ recipe, state: own, invitation })
  expect(await given(await invite({ state, for: guest }))).toEqual({
    name: 'InvitationError',
    message: expect.stringContaining(`this invitation is for the peer ${guest}; this peer is 12D3KooW`),
  })
  expect((await given(await invite({ state: other.state }))).message).toContain('an invitation to another recipe')
  expect((await given((await invite({ state })).slice(0, -5))).message).toContain('is cut short')
  expect((await given(createSwarmKey())).message).toContain('this is no invitation')
  expect(await membershipFiles(own).pass()).toBeUndefined()
  expect((await refusal({ recipe, state, invitation: await invite({ state }) })).message).toContain(
    'is the founder of its swarm, and needs no invitation',
  )
})

test('an invitation that has ended lets nobody in, and a new one takes its place', async () => {
  const { state, recipe } = await foundSwarm()
  const own = newFolder()
  const until = Date.now() + HOUR
  await (await newPeer({ recipe, state: own, invitation: await invite({ state, until }) })).stop()
  vi.useFakeTimers({ toFake: ['Date'], now: until })
  onTestFinished(() => void vi.useRealTimers())
  expect(await refusal({ recipe, state: own })).toEqual({
    name: 'InvitationError',
    message: expect.stringMatching(/^this peer has an invitation that ended on \d{4}-.* UTC: ask for another$/),
  })
  await (await newPeer({ recipe, state: own, invitation: await invite({ state }) })).stop()
  await newPeer({ recipe, state: own })
})

test('a key lets in, is kept, and is no word of a person', async () => {
  const key = createSwarmKey()
  const state = newFolder()
  const peer = await newPeer({ recipe: keyed, state, invitation: `${key}\n` })
  expect(peer.membership).toMatchObject({ kind: 'key', isFounder: false, mayInvite: false })
  await expect(peer.invite()).rejects.toThrow('nobody is invited to this swarm: its recipe says key')
  await peer.stop()
  expect(await membershipFiles(state).pass()).toBe(`${key}\n`)
  await newPeer({ recipe: keyed, state })
  expect(await refusal({ recipe: keyed, invitation: 'open sesame' })).toEqual({
    name: 'SwarmKeyError',
    message: expect.stringContaining('a word that a person has chosen'),
  })
})

test('what needs no invitation says so, or does without', async () => {
  const { state, recipe } = await foundSwarm()
  const invitation = await invite({ state })
  expect((await refusal({ recipe: basis, invitation })).message).toContain('the recipe is open')
  await newPeer({ recipe, alone: true })
  await newPeer({ recipe: keyed, alone: true })
  const world = createVirtualNetwork(systemClock, createRandom('own network'), { delay: '0', loss: 0 })
  await newPeer({ recipe, network: world.join('anna') })
  expect((await refusal({ recipe, network: world.join('ben'), invitation })).message).toContain(
    'a network of its own decides itself who is a member: leave out invitation',
  )
  expect((await refusal({ recipe, invitation: 7 as never })).message).toContain('invitation is 7; it must be a text')
})

test('one that its own state knows to be revoked does not start', async () => {
  const { state, recipe } = await foundSwarm()
  const own = newFolder()
  const peer = await newPeer({ recipe, state: own, invitation: await invite({ state }) })
  await peer.stop()
  await revoke({ state, whom: peer.id })
  for (const revocation of (await membershipFiles(state).revocations()).values()) {
    await membershipFiles(own).addRevocation(revocation)
  }
  const { name, message } = await refusal({ recipe, state: own, invitation: await invite({ state }) })
  expect(name).toBe('MembershipError')
  expect(message).toContain('this peer was revoked by the founder: to come back it needs another identity')
})

test('a peer that runs hears that it is revoked from its state', async () => {
  const { state, recipe } = await foundSwarm()
  const own = newFolder()
  const peer = await newPeer({ recipe, state: own, invitation: await invite({ state }) })
  const warned = new Promise<string>(resolve => {
    peer.addEventListener('warning', ({ detail }) => resolve(detail.message))
  })
  await peer.listen()
  await revoke({ state, whom: peer.id })
  for (const revocation of (await membershipFiles(state).revocations()).values()) {
    await membershipFiles(own).addRevocation(revocation)
  }
  expect(await warned).toBe('this peer was revoked by the founder: it is no member any more')
})

test('another process revokes while a peer has the state, and what others tell is kept there', async () => {
  const { state, recipe } = await foundSwarm(true)
  const guest = newFolder()
  const { id } = await newPeer({ recipe, state: guest, invitation: await invite({ state }) })
  const taken = await openStateDirectory(state)
  onTestFinished(() => taken.release())
  const files = membershipFiles(state)
  const identity = (await files.identity()) as Uint8Array
  const prepared = await prepareRecipe(recipe)
  const { admission } = await membershipOf({ state }, prepared, identity, undefined)
  const warnings: string[] = []
  const stopped = new AbortController()
  const watching = watchRevocations(
    { admission, files, clock: systemClock, warn: message => warnings.push(message) },
    { signal: stopped.signal },
  )
  const heard = new Promise<readonly Uint8Array[]>(resolve => {
    const end = admission.onChange(news => {
      end()
      resolve(news)
    })
  })
  const program = join(import.meta.dirname, 'programs/revoke.ts')
  await promisify(execFile)(process.execPath, [program, state, id], { timeout: 30_000 })
  expect(await heard).toHaveLength(1)
  expect(admission.lapsed(id)).toBe('was revoked by the founder')

  // What another member tells of, a guest for one that it invited.
  await revoke({ state: guest, whom: peerIdOf(await createIdentity()) })
  const [told] = (await membershipFiles(guest).revocations()).values()
  expect(await admission.learn([told])).toHaveLength(1)
  stopped.abort()
  await watching
  expect([...(await files.revocations()).values()].map(each => Buffer.from(each).toString('hex')).sort()).toEqual(
    admission
      .revocations()
      .map(each => Buffer.from(each).toString('hex'))
      .sort(),
  )
  expect(admission.revocations()).toHaveLength(2)
  expect(warnings).toEqual([])
})
