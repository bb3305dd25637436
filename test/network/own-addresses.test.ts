import { networkInterfaces } from 'node:os'
import { multiaddr } from '@multiformats/multiaddr'
import { expect, test } from 'vitest'
import { MAX_ADDRESSES } from '../../src/gossip/membership/constants.ts'
import { routedIps } from '../../src/network/default-route.ts'
import { createIdentity, peerIdOf } from '../../src/network/identity.ts'
import { createOwnAddresses } from '../../src/network/own-addresses.ts'

test('a peer announces what it was told to and public addresses, and no more than others accept', async () => {
  const self = peerIdOf(await createIdentity())
  const own = createOwnAddresses({
    self,
    announced: [multiaddr('/dns4/peer.example.org/tcp/443')],
    inUse: () => new Set(),
    sightings: () => [],
  })
  const many = Array.from({ length: 12 }, (_, i) => multiaddr(`/ip4/127.0.0.${i + 1}/tcp/4001`))
  own.attach({ transportManager: { getAddrs: () => [...many, multiaddr('/ip4/203.0.113.9/tcp/4001')] } })
  const listed = own.list().map(String)
  expect(listed.slice(0, 2)).toEqual([
    `/dns4/peer.example.org/tcp/443/p2p/${self}`,
    `/ip4/203.0.113.9/tcp/4001/p2p/${self}`,
  ])
  expect(listed).toHaveLength(MAX_ADDRESSES)
})

test('the default route leaves from an address of this machine, or there is none', async () => {
  const own = Object.values(networkInterfaces()).flatMap(each => each?.map(({ address }) => address) ?? [])
  for (const ip of await routedIps()) expect(own).toContain(ip)
})
