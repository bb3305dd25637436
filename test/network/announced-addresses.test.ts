import { createConnection, createServer, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { MAX_ADDRESSES } from '../../src/gossip/membership/constants.ts'
import { createIdentity, peerIdOf } from '../../src/network/identity.ts'
import { openBetween, startPeer } from '../../src/testing/probe-peers.ts'
import { createLibp2pWorld } from './libp2p-world.ts'
import { createStranger } from './stranger.ts'

const world = createLibp2pWorld()
const cleanups: (() => unknown)[] = []
afterEach(async () => {
  await world.stop()
  await Promise.all(cleanups.splice(0).map(cleanup => cleanup()))
})
const soon = () => ({ signal: AbortSignal.timeout(10_000) })

/** A port of a router, or of a container's host, which is forwarded to a peer. */
async function forward(to: () => number): Promise<{ address: string; calls: () => number }> {
  const sockets = new Set<Socket>()
  let calls = 0
  const server: Server = createServer(socket => {
    calls++
    const onward = createConnection(to(), '127.0.0.1')
    for (const each of [socket, onward]) {
      sockets.add(each)
      each.on('error', () => {})
    }
    socket.pipe(onward).pipe(socket)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('no port')
  return { address: `/ip4/127.0.0.1/tcp/${bound.port}`, calls: () => calls }
}

test('a peer is reached by what it announces, which others learn of by identify, too', async () => {
  let port = 0
  const { address, calls } = await forward(() => port)
  const behind = await startPeer(await world.createOne({ announce: [address] }))
  const [first = '', own = ''] = behind.network.addresses()
  expect(first).toBe(`${address}/p2p/${behind.network.self}`)
  port = Number(own.split('/')[4])

  const other = await startPeer(await world.createOne())
  // Whoever is elsewhere reaches no other.
  other.network.learn(behind.network.self, [first])
  await openBetween(other, behind, 'exchange', soon())
  expect(calls()).toBe(1)

  const stranger = await createStranger()
  cleanups.push(stranger.stop)
  const identified = new Promise<string[]>(resolve =>
    stranger.node.addEventListener('peer:identify', ({ detail }) => resolve(detail.listenAddrs.map(String))),
  )
  await stranger.dial(behind.network, soon())
  expect(await identified).toEqual([first, own].map(each => each.split('/p2p/')[0]))
})

describe('an address to announce', () => {
  test.each([
    ['4001', 'is not a TCP'],
    ['/ip4/0.0.0.0/tcp/4001', 'names no machine'],
    ['/ip6/::/tcp/4001', 'names no machine'],
    ['/ip4/203.0.113.1/tcp/0', 'names no port'],
    ['/ip4/203.0.113.1/tcp/4001/p2p/12D3KooWGRUfjwDJgNgrjQyvPPqDkj9iB4nM5XqH8Wbtq2eRbHcd', 'is of another peer'],
    [`/dns4/${'a'.repeat(230)}/tcp/1`, 'is longer'],
  ])('cannot be %s', async (address, why) => {
    await expect(world.createOne({ announce: [address] })).rejects.toThrow(
      expect.objectContaining({ name: 'UsageError', message: expect.stringContaining(why) }),
    )
  })

  test('may name the peer itself', async () => {
    const identity = await createIdentity()
    const address = `/ip4/203.0.113.1/tcp/4001/p2p/${peerIdOf(identity)}`
    const { network } = await startPeer(await world.createOne({ identity, announce: [address] }))
    expect(network.addresses()[0]).toBe(address)
  })

  test('is one of as many as others take', async () => {
    const announce = Array.from({ length: MAX_ADDRESSES + 1 }, (_, i) => `/ip4/203.0.113.1/tcp/${i + 1}`)
    await expect(world.createOne({ announce })).rejects.toThrow('others take no more than 8')
  })
})
