import { createServer as createHttpServer } from 'node:http'
import { createServer, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import type { Network } from '../../src/gossip/ports.ts'
import { createIdentity, peerIdOf } from '../../src/network/identity.ts'
import { createMailbox } from '../../src/testing/mailbox.ts'
import { connect, openBetween, startPeer } from '../../src/testing/probe-peers.ts'
import { createLibp2pWorld } from './libp2p-world.ts'

const world = createLibp2pWorld()
const servers: Server[] = []
const sockets = new Set<Socket>()
afterEach(async () => {
  await world.stop()
  for (const socket of sockets) socket.destroy()
  for (const server of servers.splice(0)) server.close()
})
const soon = () => ({ signal: AbortSignal.timeout(10_000) })

async function listenAs(server: Server): Promise<string> {
  servers.push(server)
  server.on('connection', socket => sockets.add(socket))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('no port')
  return `/ip4/127.0.0.1/tcp/${bound.port}`
}

const placesOf = (network: Network) => network.addresses().map(address => address.split('/p2p/')[0] ?? '')

describe('a peer whose addresses are bad', () => {
  test('is reached at the one that is right, past those of others and of nobody', async () => {
    const [a, b, c] = [
      await startPeer(await world.createOne()),
      await startPeer(await world.createOne()),
      await startPeer(await world.createOne()),
    ]
    const wrong = ['/ip4/127.0.0.1/tcp/1', '/ip4/127.0.0.1/tcp/2', ...placesOf(c.network)]
    a.network.learn(b.network.self, [...wrong, ...placesOf(b.network)])
    await openBetween(a, b, 'exchange', soon())
  })

  test('which are those of a member, costs that member nothing', async () => {
    const [a, b] = [await startPeer(await world.createOne()), await startPeer(await world.createOne())]
    await connect(a, b, soon())
    const liar = peerIdOf(await createIdentity())
    a.network.learn(liar, placesOf(b.network))
    await expect(a.network.open(liar, 'exchange', soon())).rejects.toThrow('another peer answers there')
    expect(a.network.unreached?.()).toMatchObject([{ peer: liar, obstacle: 'impostor', isResting: true }])
    expect(a.network.connections()).toEqual([b.network.self])
    await openBetween(a, b, 'exchange', soon())
  })

  test("which are this peer's own, is not dialled at them", async () => {
    const { network } = await startPeer(await world.createOne())
    const liar = peerIdOf(await createIdentity())
    network.learn(liar, placesOf(network))
    await expect(network.open(liar, 'exchange', soon())).rejects.toThrow('it has announced no address')
    expect(network.traffic()).toEqual({ bytesIn: 0, bytesOut: 0 })
  })

  test('is not waited for where something else answers', async () => {
    const { network } = await startPeer(await world.createOne())
    const web = await listenAs(createHttpServer((_, response) => response.end('hello')))
    const closing = await listenAs(createServer(socket => socket.end()))
    for (const address of [web, closing]) {
      const liar = peerIdOf(await createIdentity())
      network.learn(liar, [address])
      const began = performance.now()
      await expect(network.open(liar, 'exchange', soon())).rejects.toThrow(`cannot open exchange to ${liar}`)
      expect(performance.now() - began).toBeLessThan(3_000)
      expect(network.unreached?.().find(({ peer }) => peer === liar)).toMatchObject({ obstacle: 'failed' })
    }
  })
})

describe('an address to connect to', () => {
  test.each(['without its id', 'with its id'])("that is the peer's own, %s, is said to be, once", async how => {
    const port = createServer()
    const address = await listenAs(port)
    await new Promise(resolve => port.close(resolve))
    const identity = await createIdentity()
    const target = how === 'with its id' ? `${address}/p2p/${peerIdOf(identity)}` : address
    const warnings = createMailbox<string>()
    await startPeer(await world.createOne({ identity, listen: [address], connect: [target], warn: warnings.put }))
    expect(await warnings.take(soon())).toBe(`${target} is this peer itself; trying again, should another come there`)
  })
})
