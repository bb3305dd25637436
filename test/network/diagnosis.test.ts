import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { multiaddr } from '@multiformats/multiaddr'
import { afterAll, describe, expect, test } from 'vitest'
import { openAdmission } from '../../src/admission/open.ts'
import { meetStages } from '../../src/network/diagnosis/meet.ts'
import type { Stage } from '../../src/network/diagnosis/stages.ts'
import { createIdentity } from '../../src/network/identity.ts'
import { connect, startPeer } from '../../src/testing/probe-peers.ts'
import { amongNetworks, networks, networksMissing } from './isolation.ts'
import { createKeyedAdmission } from './keyed-admission.ts'
import { createLibp2pWorld } from './libp2p-world.ts'

const SWARM = 'a5'.repeat(32)
const world = createLibp2pWorld()
const WAYS = fileURLToPath(new URL('fixtures/ways-that-end.ts', import.meta.url))
const within = () => ({ signal: AbortSignal.timeout(20_000) })
afterAll(() => world.stop())

async function stagesTo(
  addresses: readonly string[],
  admission: Parameters<typeof meetStages>[1]['admission'] = openAdmission(),
): Promise<Stage[]> {
  const options = { recipe: SWARM, identity: await createIdentity(), admission }
  const stages: Stage[] = []
  for await (const stage of meetStages(
    addresses.map(each => multiaddr(each)),
    options,
    within(),
  ))
    stages.push(stage)
  return stages
}

const endOf = (stages: readonly Stage[]) => stages.map(({ name, failure = 'ok' }) => `${name}: ${failure}`)

describe('a peer that is tried', () => {
  test('takes nobody for a member who only tries', async () => {
    const tried = await startPeer(await world.createOne())
    const stages = await stagesTo(tried.network.addresses())
    expect(endOf(stages)).toEqual(['noise: ok', 'protocol: ok', 'membership: ok', 'recipe: ok'])
    expect(tried.network.connections()).toEqual([])
    // The first that is told of is one that has really come.
    const member = await startPeer(await world.createOne())
    await connect(member, tried, within())
    expect(await tried.connected.take(within())).toBe(member.network.self)
  })

  test('is known for one of another recipe, and for one that goes on from a seal', async () => {
    const other = await startPeer(await world.createOne({ swarm: 'b6'.repeat(32) }))
    expect(endOf(await stagesTo(other.network.addresses()))).toEqual([
      'noise: ok',
      'protocol: ok',
      'recipe: other recipe',
    ])
    const later = await startPeer(await world.createOne({ swarm: 'c7'.repeat(32), recipe: SWARM }))
    const stages = await stagesTo(later.network.addresses())
    expect(stages.at(-1)).toEqual({ name: 'recipe', found: 'the same recipe, of another generation (--more)' })
  })

  test('says why it refuses, and is told where there is nothing to prove', async () => {
    const network = await world.createOne({ admission: createKeyedAdmission('theirs'), warn: () => {} })
    await startPeer(network)
    const refused = await stagesTo(network.addresses(), createKeyedAdmission('ours'))
    expect(endOf(refused)).toEqual(['noise: ok', 'protocol: ok', 'membership: refused there', 'recipe: ok'])
    expect(refused[2].found).toContain('has another key')
    expect(endOf(await stagesTo(network.addresses(), 'ask for the key'))[2]).toBe('membership: no pass')
  })

  test('is not waited for without end where something takes the connection and says nothing', {
    timeout: 60_000,
  }, async () => {
    const server = createServer(socket => socket.on('error', () => {}))
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const stages = await stagesTo([`/ip4/127.0.0.1/tcp/${port}`])
    expect(endOf(stages)).toEqual(['noise: closed'])
    server.close()
  })
})

test.skipIf(networks === undefined)(`where a way ends, and why, is told apart${networksMissing}`, async () => {
  expect(JSON.parse(await amongNetworks([process.execPath, WAYS], 50_000))).toEqual({
    '192.0.2.1': ['no route', null],
    '10.9.0.8': ['10.9.0.8 from 10.9.0.2 (one)', 'silent'],
    '10.9.0.9': ['10.9.0.9 from 10.9.0.2 (one)', 'unreachable'],
    '127.0.0.1': ['127.0.0.1 from 127.0.0.1 (lo)', 'refused'],
  })
})
