import { expect, onTestFinished, test } from 'vitest'
import { runSwarm } from '../../simulations/swarm.ts'
import { createSwarmKey } from '../../src/admission/key.ts'
import { loadDataset } from '../../src/data/sources.ts'
import { createPeer } from '../../src/library/create-peer.ts'
import { invite, keepRecipe, prepareFounder, revoke } from '../../src/library/members.ts'
import type { Peer, PeerOptions } from '../../src/library/peer.ts'
import type { RecipeInput } from '../../src/recipe/recipe.ts'
import { temporaryFolders } from '../storage/temporary-folder.ts'

const newFolder = temporaryFolders()
const data = await loadDataset('digits', { seed: 1, samples: 200 })
const basis = { model: { name: 'linear' }, training: { steps: 60 } } as const
const deadline = () => ({ signal: AbortSignal.timeout(40_000) })

async function foundSwarm(training: RecipeInput['training'] = basis.training) {
  const state = newFolder()
  const { founder } = await prepareFounder(state)
  const recipe: RecipeInput = { ...basis, training, security: { membership: 'invited', founder, guestsInvite: true } }
  await keepRecipe(state, recipe)
  return { state, recipe }
}

async function makePeer(options: PeerOptions, ...connect: readonly string[]): Promise<Peer> {
  const network = { listen: ['/ip4/127.0.0.1/tcp/0'], mdns: false, connect }
  const peer = await createPeer({ data, backend: 'cpu', network, ...options })
  onTestFinished(() => peer.stop('interrupted'))
  return peer
}

/** One that can be reached, and dials. */
async function newPeer(options: PeerOptions, ...connect: readonly string[]): Promise<Peer> {
  const peer = await makePeer(options, ...connect)
  await peer.listen()
  return peer
}

/** The first warning that has this in it. */
function warningOf(peer: Peer, part: string): Promise<string> {
  return new Promise(resolve => {
    peer.addEventListener('warning', ({ detail: { message } }) => {
      if (message.includes(part)) resolve(message)
    })
  })
}

test('a founder, its guest, and the guest of that one learn one model', async () => {
  const { state, recipe } = await foundSwarm()
  const founder = await newPeer({ recipe, state, seed: 1, minimumPeers: 3 })
  const [address] = founder.addresses()
  // As another process does it, and as the peer does itself.
  const anna = await newPeer({ recipe, invitation: await invite({ state }), seed: 2, minimumPeers: 3 }, address)
  const ben = await newPeer({ recipe, invitation: await anna.invite(), seed: 3, minimumPeers: 3 }, address)
  const peers = [founder, anna, ben]
  await Promise.all(peers.map(peer => peer.start()))
  const agreed = await Promise.all(peers.map(peer => peer.untilConsensus(deadline())))
  expect(new Set(agreed.map(({ parametersHash }) => parametersHash)).size).toBe(1)
  expect(peers.map(peer => peer.status().partners > 0)).toEqual([true, true, true])
}, 60_000)

test('members that share a key learn one model, and one with another key is told', async () => {
  const recipe: RecipeInput = { ...basis, security: { membership: 'key' } }
  const invitation = createSwarmKey()
  const anna = await newPeer({ recipe, invitation, seed: 1 })
  const [address] = anna.addresses()
  const other = await makePeer({ recipe, invitation: createSwarmKey(), seed: 3 }, address)
  const told = warningOf(other, 'has another key')
  await other.listen()
  await told
  const ben = await newPeer({ recipe, invitation, seed: 2 }, address)
  await Promise.all([anna, ben].map(peer => peer.start()))
  const agreed = await Promise.all([anna, ben].map(peer => peer.untilConsensus(deadline())))
  expect(agreed[0].parametersHash).toBe(agreed[1].parametersHash)
  expect(other.status().members).toBe(0)
}, 60_000)

test('a guest that is revoked in the middle of a run is out, with whom it has invited, and the others go on', async () => {
  const { state, recipe } = await foundSwarm({ steps: 3_000 })
  const founder = await newPeer({ recipe, state, seed: 1 })
  const [address] = founder.addresses()
  const anna = await newPeer({ recipe, invitation: await founder.invite(), seed: 2 }, address)
  const ben = await newPeer({ recipe, invitation: await anna.invite(), seed: 3 }, address)
  const carla = await newPeer({ recipe, invitation: await founder.invite(), seed: 4 }, address)
  const peers = [founder, anna, ben, carla]
  await Promise.all(peers.map(peer => peer.start()))
  await expect.poll(() => peers.map(peer => peer.status().peers.length), { timeout: 20_000 }).toEqual([3, 3, 3, 3])
  const told = [warningOf(anna, 'revoked by the founder'), warningOf(ben, 'revoked by the founder')]
  await revoke({ state, whom: anna.id })
  expect(await Promise.all(told)).toHaveLength(2)
  await expect.poll(() => founder.status().peers, { timeout: 30_000 }).toEqual([carla.id])
  await expect.poll(() => carla.status().peers, { timeout: 30_000 }).toEqual([founder.id])
}, 90_000)

test('peers that swarm starts together let in nobody else', async () => {
  const { state, recipe } = await foundSwarm()
  let told: Promise<string> | undefined
  const { sealed, peers } = await runSwarm({
    recipe,
    peers: 2,
    data,
    partition: 'iid',
    seed: 1,
    backend: 'cpu',
    async onStart([first]) {
      const outsider = await makePeer({ recipe, state, seed: 9 }, first.addresses()[0])
      told = warningOf(outsider, 'none of the peers that were started here together')
      await outsider.listen()
    },
  })
  expect({ sealed, peers }).toEqual({ sealed: true, peers: 2 })
  expect(await told).toContain('none of the peers')
}, 60_000)
