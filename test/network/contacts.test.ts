import type { Connection } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Contact } from '../../src/gossip/ports.ts'
import { MAX_CONTACT_ADDRESSES, MAX_CONTACTS } from '../../src/network/constants.ts'
import { createContacts } from '../../src/network/contacts.ts'
import { createIdentity, peerIdOf } from '../../src/network/identity.ts'
import { createMailbox } from '../../src/testing/mailbox.ts'
import { type NodePeer, startNodePeer } from './node-peer.ts'

const soon = () => ({ signal: AbortSignal.timeout(10_000) })
const self = peerIdOf(await createIdentity())

let connections = 0
function connectionTo(peer: string, address: string, direction: 'inbound' | 'outbound'): Connection {
  const remoteAddr = multiaddr(`${address}/p2p/${peer}`)
  return { id: String(connections++), direction, remoteAddr, remotePeer: { toString: () => peer } } as Connection
}

describe('where members were reached', () => {
  function record(known: readonly Contact[] = []) {
    const kept: (readonly Contact[])[] = []
    return { contacts: createContacts(known, each => kept.push(each)), kept }
  }

  test('is where they were dialled, and what they announce on the same host', () => {
    const { contacts, kept } = record()
    const announced = ['/ip4/10.0.0.7/tcp/4001', '/ip4/192.0.2.9/tcp/4001', 'nonsense']
    contacts.met(connectionTo(self, '/ip4/192.0.2.9/tcp/7777', 'outbound'), announced)
    const addresses = ['/ip4/192.0.2.9/tcp/7777', '/ip4/192.0.2.9/tcp/4001'].map(each => `${each}/p2p/${self}`)
    expect(kept).toEqual([[{ peer: self, addresses }]])
  })

  test('is not the port from which they have dialled, and not what they announce of others', () => {
    const { contacts, kept } = record()
    contacts.met(connectionTo(self, '/ip4/192.0.2.9/tcp/50123', 'inbound'), ['/ip4/198.51.100.1/tcp/22'])
    expect(kept).toEqual([])
    contacts.met(connectionTo(self, '/ip4/192.0.2.9/tcp/50123', 'inbound'), ['/ip4/192.0.2.9/tcp/4001'])
    expect(kept).toEqual([[{ peer: self, addresses: [`/ip4/192.0.2.9/tcp/4001/p2p/${self}`] }]])
  })

  test('is told once, the newest address first, and few of them', () => {
    const { contacts, kept } = record()
    for (let port = 1; port <= MAX_CONTACT_ADDRESSES + 1; port++) {
      const connection = connectionTo(self, `/ip4/192.0.2.9/tcp/${port}`, 'outbound')
      for (let times = 0; times < 3; times++) contacts.met(connection, [])
    }
    expect(kept).toHaveLength(MAX_CONTACT_ADDRESSES + 1)
    expect(kept.at(-1)?.[0]?.addresses.map(each => each.split('/')[4])).toEqual(['4', '3', '2'])
  })

  test('is kept of the newest members, those of earlier runs among them', async () => {
    const peers = await Promise.all(
      Array.from({ length: MAX_CONTACTS + 2 }, async () => peerIdOf(await createIdentity())),
    )
    const known = peers.slice(2).map(peer => ({ peer, addresses: [`/ip4/192.0.2.1/tcp/1/p2p/${peer}`] }))
    const { contacts, kept } = record(known)
    for (const peer of peers.slice(0, 2)) contacts.met(connectionTo(peer, '/ip4/192.0.2.2/tcp/2', 'outbound'), [])
    expect(kept.at(-1)?.map(({ peer }) => peer)).toEqual([peers[1], peers[0], ...peers.slice(2, -2)])
  })
})

describe('a peer that knows where members were reached, and nothing else', () => {
  async function start(...given: Parameters<typeof startNodePeer>): Promise<NodePeer> {
    const peer = await startNodePeer(...given)
    onTestFinished(() => peer.network.stop())
    return peer
  }

  test('finds one that is still there, and keeps where it was', async () => {
    const kept = createMailbox<readonly Contact[]>()
    const there = await start()
    const addresses = ['/ip4/127.0.0.1/tcp/1', ...there.network.addresses()]
    const contacts = [
      { peer: self, addresses: ['/ip4/127.0.0.1/tcp/1'] },
      { peer: 'nobody', addresses },
      { peer: there.network.self, addresses },
    ]
    const here = await start({ contacts, keepContacts: kept.put })
    expect(await here.connected.take(soon())).toBe(there.network.self)
    here.network.learn(there.network.self, there.network.addresses())
    const [newest] = await kept.take(soon())
    expect(newest).toEqual({ peer: there.network.self, addresses: [...there.network.addresses(), addresses[0]] })
  })

  test('finds one that comes up there later', async () => {
    const first = await startNodePeer()
    const { identity } = first
    const addresses = first.network.addresses()
    const listen = addresses.map(text => multiaddr(text.replace(/\/p2p\/.*/, '')))
    const contacts = [{ peer: first.network.self, addresses }]
    await first.network.stop()
    const here = await start({ contacts })
    const again = await start({ listen, identity })
    expect(await here.connected.take(soon())).toBe(again.network.self)
  })
})
