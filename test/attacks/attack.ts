/**
 * The frame of every program that attacks: `node FILE --recipe FILE --length N --connect ADDRESS… --identities N [--invite TEXT…]`.
 * Members that train, and lie in what they merge, come with `--of N --partition HOW [--sketch-of own]`, and have the last shards of N.
 * It says on stdout, in JSON lines, `ready` once it is connected, and what it has got or done; it attacks until it is ended.
 *
 * @packageDocumentation
 */

import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { multiaddr } from '@multiformats/multiaddr'
import { accept, parseInvitation } from '../../src/admission/invitation.ts'
import { invitedAdmission } from '../../src/admission/invited.ts'
import { openAdmission } from '../../src/admission/open.ts'
import { createSketcher, type Sketcher } from '../../src/averaging/sketch.ts'
import { SKETCH_BUCKETS } from '../../src/gossip/membership/constants.ts'
import type { Network } from '../../src/gossip/ports.ts'
import { systemClock } from '../../src/library/system-clock.ts'
import { createIdentity } from '../../src/network/identity.ts'
import { createLibp2pNetwork, driveNode } from '../../src/network/libp2p-network.ts'
import { createNode, type SwarmNode } from '../../src/network/node.ts'
import { signerOf, signerOfSeed, verifySignature } from '../../src/network/signatures.ts'
import { createRandom } from '../../src/random/random.ts'
import { parseRecipe, type Recipe, recipeHash } from '../../src/recipe/recipe.ts'
import { createNamespaces } from '../../src/standardise/namespaces.ts'
import { createLiar, type Liar } from './liar.ts'

const LOOPBACK = '/ip4/127.0.0.1/tcp/0'

export interface Scene extends Omit<Arguments, 'recipe'> {
  readonly recipe: Recipe
  readonly swarm: string
  readonly sketcher: Sketcher
  readonly founderIdentity: Uint8Array
}

/** Says what has happened, for whoever judges the attack. */
export function tell(event: string, detail: object = {}): void {
  process.stdout.write(`${JSON.stringify({ event, ...detail })}\n`)
}

interface Arguments {
  readonly recipe?: string
  /** Elements of the swarm's parameters. */
  readonly length: number
  /** Addresses of honest peers. */
  readonly connect: readonly string[]
  readonly identities: number
  /** Of the members that lie. */
  readonly lie: string
  /** Into how many shards the training samples are dealt, and how, for members that train; the last are the attackers'. */
  readonly of: number
  readonly partition: string
  /** Of which vector they send the sketch before a lie: `lie` or `own`. */
  readonly sketchOf: string
  /** An invitation for each identity, where they need one. */
  readonly invitations: readonly string[]
  /** The file of the founder's identity, with which some make what the founder never would; empty where there is no founder. */
  readonly founderFile: string
}

function readArguments(): Arguments {
  const { values } = parseArgs({
    options: {
      recipe: { type: 'string' },
      length: { type: 'string', default: '0' },
      connect: { type: 'string', multiple: true, default: [] },
      identities: { type: 'string', default: '1' },
      lie: { type: 'string', default: '' },
      of: { type: 'string', default: '1' },
      partition: { type: 'string', default: 'iid' },
      'sketch-of': { type: 'string', default: 'lie' },
      invite: { type: 'string', multiple: true, default: [] },
      founder: { type: 'string', default: '' },
    },
  })
  const { recipe, connect, length, identities, lie, of, partition, 'sketch-of': sketchOf, invite, founder } = values
  const numbers = { length: Number(length), identities: Number(identities), of: Number(of) }
  return { recipe, connect, ...numbers, lie, partition, sketchOf, invitations: invite, founderFile: founder }
}

/** The addresses that are attacked, of a program that knows nothing else. */
export function readTargets(): readonly string[] {
  return readArguments().connect
}

function sceneOf(recipe: Recipe, given: Omit<Arguments, 'recipe'>): Scene {
  const swarm = recipeHash(recipe)
  const sketcher = createSketcher(given.length, SKETCH_BUCKETS, Number.parseInt(swarm.slice(0, 8), 16))
  const founderIdentity = given.founderFile === '' ? new Uint8Array() : readFileSync(given.founderFile)
  return { ...given, recipe, swarm, sketcher, founderIdentity }
}

/** The scene of a program that knows the recipe. */
export function readScene(): Scene {
  const given = readArguments()
  return sceneOf(parseRecipe(JSON.parse(readFileSync(String(given.recipe), 'utf8'))), given)
}

/** Enters the swarm with every identity; resolves once each is connected to all that are there. */
export async function enter(scene: Scene): Promise<readonly Liar[]> {
  return await Promise.all(
    Array.from({ length: scene.identities }, async (_, index) => {
      const network = await memberNetwork(scene, index)
      const liar = await createLiar(onMain(network), systemClock)
      await untilConnected(network, scene)
      return liar
    }),
  )
}

/** The network of one identity, not started. */
export async function memberNetwork(scene: Scene, index: number): Promise<Network> {
  const { swarm, connect } = scene
  const member = await memberOf(scene, index)
  const place = { listen: [LOOPBACK], connect, mdns: false, random: createRandom(index), warn: console.error }
  return await createLibp2pNetwork({ swarm, recipe: swarm, ...member, ...place })
}

/** Resolves once there are connections to all that are attacked. */
export async function untilConnected(network: Network, { connect }: Scene): Promise<void> {
  await until(() => network.connections().length >= connect.length)
}

/** Enters with one identity, whose libp2p node is at hand. */
export async function enterOnNode(scene: Scene, index = 0): Promise<{ readonly node: SwarmNode; readonly liar: Liar }> {
  const { swarm } = scene
  const { identity, admission } = await memberOf(scene, index)
  const listen = [multiaddr(LOOPBACK)]
  const node = await createNode({ swarm, identity, listen, mdns: false })
  const connect = scene.connect.map(address => multiaddr(address))
  const place = { listen, connect, random: createRandom(index), warn: console.error }
  const network = driveNode(node, { swarm, recipe: swarm, admission, ...place })
  const liar = await createLiar(onMain(network), systemClock)
  await untilConnected(network, scene)
  return { node, liar }
}

/** A new peer that comes with its invitation, where the swarm asks for one. */
async function memberOf({ recipe, swarm, invitations }: Scene, index: number) {
  const identity = await createIdentity()
  const { founder, guestsInvite = false } = recipe.security
  if (founder === undefined) return { identity, admission: openAdmission() }
  const self = signerOf(identity)
  const asked = { recipe: swarm, founder, guestsInvite }
  const terms = { recipe: asked, verify: verifySignature, signerOf: signerOfSeed, now: systemClock.now() }
  const credential = await accept(parseInvitation(invitations[index]), self.peer, terms)
  const known = { self, credential, verify: verifySignature, revocations: [], time: systemClock }
  return { identity, admission: await invitedAdmission({ ...asked, ...known }) }
}

/** The namespace of the swarm that learns. */
function onMain(network: Network): Network {
  return createNamespaces(network, systemClock).main
}

/** Waits for something that an attack needs. It may never come: then the attack never begins, and whoever judges it sees no word of it. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(20)
}
