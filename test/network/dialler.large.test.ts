import { createServer, type Server } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { ADDRESS_DIAL_TIMEOUT_MS, MAX_ADDRESS_DIALS } from '../../src/network/constants.ts'
import { createIdentity, peerIdOf } from '../../src/network/identity.ts'
import { connect, openBetween, startPeer } from '../../src/testing/probe-peers.ts'
import { createLibp2pWorld } from './libp2p-world.ts'

const world = createLibp2pWorld()
const servers: Server[] = []
afterEach(async () => {
  await world.stop()
  for (const server of servers.splice(0)) server.close()
})
const soon = () => ({ signal: AbortSignal.timeout(20_000) })

/** A machine that takes connections, and says nothing: to who dials it is as good as a router that drops everything. */
async function listenMutely(): Promise<{ address: string; calls: () => number }> {
  let calls = 0
  const server = createServer(socket => {
    calls++
    socket.on('error', () => {})
  })
  servers.push(server)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('no port')
  return { address: `/ip4/127.0.0.1/tcp/${bound.port}`, calls: () => calls }
}

test('who was dialled in vain is not dialled again for a while, and to open a stream fails at once', async () => {
  const { address, calls } = await listenMutely()
  const peer = await startPeer(await world.createOne())
  const gone = peerIdOf(await createIdentity())
  peer.network.learn(gone, [address])
  const unanswered = expect.objectContaining({
    name: 'UnreachableError',
    message: expect.stringContaining(`nothing answers within ${ADDRESS_DIAL_TIMEOUT_MS / 1000} s`),
  })
  await expect(peer.network.open(gone, 'exchange', soon())).rejects.toThrow(unanswered)
  expect(peer.network.unreached?.()).toEqual([
    { peer: gone, obstacle: 'silent', reason: expect.stringContaining('nothing answers'), isResting: true },
  ])
  const began = performance.now()
  for (let times = 0; times < 50; times++) {
    peer.network.learn(gone, [address])
    await expect(peer.network.open(gone, 'exchange', soon())).rejects.toThrow(unanswered)
  }
  expect(performance.now() - began).toBeLessThan(ADDRESS_DIAL_TIMEOUT_MS)
  expect(calls()).toBe(1)
})

test('a dial goes on when those that asked have given up, and nobody begins another', async () => {
  const { address, calls } = await listenMutely()
  const peer = await startPeer(await world.createOne())
  const gone = peerIdOf(await createIdentity())
  peer.network.learn(gone, [address])
  for (let times = 0; times < 5; times++) {
    const impatient = AbortSignal.timeout(100)
    await expect(peer.network.open(gone, 'exchange', { signal: impatient })).rejects.toThrow('timeout')
  }
  await expect(peer.network.open(gone, 'exchange', soon())).rejects.toThrow('nothing answers')
  expect(calls()).toBe(1)
})

test('a new address, or that the other dials, ends the wait', async () => {
  const { address } = await listenMutely()
  const [a, b, c] = [
    await startPeer(await world.createOne()),
    await startPeer(await world.createOne()),
    await startPeer(await world.createOne()),
  ]
  const inVain = [b, c].map(async ({ network: { self } }) => {
    a.network.learn(self, [address])
    await expect(a.network.open(self, 'exchange', soon())).rejects.toThrow('nothing answers')
  })
  await Promise.all(inVain)
  expect(a.network.unreached?.()).toHaveLength(2)
  a.network.learn(b.network.self, b.network.addresses())
  await openBetween(a, b, 'exchange', soon())
  await connect(c, a, soon())
  await openBetween(a, c, 'exchange', soon())
  expect(a.network.unreached?.()).toEqual([])
})

test('an address is dialled no more than so often within a minute, whoever is said to be there', async () => {
  const { address, calls } = await listenMutely()
  const peer = await startPeer(await world.createOne())
  const names = await Promise.all(Array.from({ length: 2 * MAX_ADDRESS_DIALS }, createIdentity))
  const tries = names.map(identity => {
    const name = peerIdOf(identity)
    peer.network.learn(name, [address])
    return peer.network.open(name, 'exchange', soon()).catch(error => error.message)
  })
  const messages = await Promise.all(tries)
  expect(messages.filter(message => message.includes('times within a minute'))).toHaveLength(MAX_ADDRESS_DIALS)
  expect(calls()).toBe(MAX_ADDRESS_DIALS)
})
