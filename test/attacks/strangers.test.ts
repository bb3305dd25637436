import { afterEach, describe, expect, test } from 'vitest'
import type { PeerId } from '../../src/gossip/ports.ts'
import { createIdentity } from '../../src/network/identity.ts'
import { MEMBERSHIP_PROTOCOL, topicOf } from '../../src/network/protocols.ts'
import { createLibp2pWorld } from '../network/libp2p-world.ts'
import { lootWithClaim, lootWithoutProof } from './loot.ts'
import { type Comer, strangersOf } from './strangers.ts'

const RECIPE = '5e'.repeat(32)
const ENOUGH_MS = 1_000
const NOTHING = { said: 0, announcements: 0, merged: 0 }

describe('an invited swarm over real sockets', async () => {
  const world = createLibp2pWorld()
  let talking: NodeJS.Timeout | undefined
  afterEach(async () => {
    clearInterval(talking)
    await world.stop()
  })
  const { founder, guest, latecomer, strangers } = await strangersOf(RECIPE, await createIdentity())
  const open = ({ identity, admission }: Comer) =>
    world.createOne({ swarm: RECIPE, recipe: RECIPE, admission, identity, warn: () => {} })
  const soon = () => ({ signal: AbortSignal.timeout(10_000) })

  /** Two members that tell whoever gets through to them what they have. @returns where one is, and from whom they have taken anything */
  async function members() {
    const from = new Set<PeerId>()
    const [first, second] = await Promise.all([founder, guest].map(open))
    for (const network of [first, second]) {
      await network.start({
        async stream(_channel, stream) {
          from.add(stream.peer)
          await stream.write(new Uint8Array(1_000), soon())
        },
        announcement(peer) {
          from.add(peer)
          return 'accept'
        },
        connected() {},
        acquainted() {},
        disconnected() {},
      })
    }
    talking = setInterval(() => void first.publish(new Uint8Array(100)).catch(() => {}), 100)
    second.learn(first.self, first.addresses())
    await (await second.open(first.self, 'settle', soon())).read(soon())
    const isOther = (peer: PeerId) => peer !== first.self && peer !== second.self
    return { address: String(first.addresses()[0]), others: () => [...from].filter(isOther) }
  }

  test(`gives nothing to, and takes nothing from, those who have ${[...strangers.keys()].join(', ')}`, async () => {
    const { address, others } = await members()
    const loots = await Promise.all(
      [...strangers.values()].map(comer =>
        lootWithClaim(address, { swarm: RECIPE, recipe: RECIPE, ...comer }, ENOUGH_MS),
      ),
    )
    expect(loots).toEqual(loots.map(() => NOTHING))
    expect(others()).toEqual([])
  })

  test('gives nothing to one who proves nothing, though it knows the topic, and names its id to nobody', async () => {
    const { address, others } = await members()
    const { protocols, ...loot } = await lootWithoutProof(address, [topicOf(RECIPE)], ENOUGH_MS)
    expect(loot).toEqual(NOTHING)
    expect(others()).toEqual([])
    expect(protocols).toContain(MEMBERSHIP_PROTOCOL)
    expect(protocols.filter(protocol => protocol.includes(RECIPE.slice(0, 8)))).toEqual([])
  })

  test('gives something to a guest, and takes something from it, by the same means', async () => {
    const { address, others } = await members()
    const loot = await lootWithClaim(address, { swarm: RECIPE, recipe: RECIPE, ...latecomer }, ENOUGH_MS)
    expect(loot.said).toBeGreaterThan(0)
    expect(others()).toHaveLength(1)
  })
})
