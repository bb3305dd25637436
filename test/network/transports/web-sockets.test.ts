import { type EventEmitter, once } from 'node:events'
import { createConnection, type Socket } from 'node:net'
import { identify } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { afterEach, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import type { Network } from '../../../src/gossip/ports.ts'
import { MAX_FRAME_BYTES } from '../../../src/gossip/streams/constants.ts'
import { MAX_WEB_SOCKET_MESSAGE_BYTES } from '../../../src/network/constants.ts'
import { ARRIVING_PLACES, KNOCK_TIMEOUT_MS, STRANGER_HANDSHAKES } from '../../../src/network/gate/constants.ts'
import { networkCompliance } from '../../../src/testing/network-compliance.ts'
import { announceUntil, connect, openBetween, startPeer } from '../../../src/testing/probe-peers.ts'
import { createLibp2pWorld } from '../libp2p-world.ts'

const TCP = '/ip4/127.0.0.1/tcp/0'
const LISTEN = `${TCP}/ws`
const PLAIN = Buffer.concat([Buffer.from('\x13/multistream/1.0.0\n'), Buffer.from('\x07/noise\n')])
const soon = () => ({ signal: AbortSignal.timeout(10_000) })

const world = createLibp2pWorld(undefined, LISTEN)
describe('the network of libp2p over WebSockets', () => {
  for (const { title, run } of networkCompliance(world)) test(title, run)
})

const sockets: Socket[] = []
const browsers: WebSocket[] = []
const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  for (const browser of browsers.splice(0)) browser.terminate()
  await Promise.all(cleanups.splice(0).map(cleanup => cleanup()))
  await world.stop()
})

const portOf = (network: Network) => Number(network.addresses()[0]?.split('/')[4])

/** Unlike `once`, it does not mind errors: whoever floods is reset now and then. */
function either(emitter: EventEmitter, ...names: readonly string[]): Promise<void> {
  return new Promise(resolve => {
    for (const name of names) emitter.once(name, () => resolve())
  })
}

async function openSockets(network: Network, count: number): Promise<Socket[]> {
  const opened = Array.from({ length: count }, () =>
    createConnection(portOf(network), '127.0.0.1').on('error', () => {}),
  )
  sockets.push(...opened)
  await Promise.all(opened.map(socket => either(socket, 'connect', 'close')))
  return opened
}

/** So many WebSockets that say this, and nothing more. */
async function openWebSockets(network: Network, count: number, say?: Uint8Array): Promise<WebSocket[]> {
  const opened = Array.from({ length: count }, () =>
    new WebSocket(`ws://127.0.0.1:${portOf(network)}`).on('error', () => {}),
  )
  browsers.push(...opened)
  await Promise.all(
    opened.map(async each => {
      await either(each, 'open', 'close')
      if (say !== undefined && each.readyState === WebSocket.OPEN) each.send(say)
    }),
  )
  return opened
}

const closed = (all: readonly WebSocket[]) => all.filter(({ readyState }) => readyState === WebSocket.CLOSED).length

describe('a swarm of both transports', () => {
  test('is one: its peers exchange and hear each other, whichever each listens on', async () => {
    const [web, plain, both] = [
      await startPeer(await world.createOne()),
      await startPeer(await world.createOne({ listen: [TCP] })),
      await startPeer(await world.createOne({ listen: [TCP, LISTEN] })),
    ]
    expect(web.network.addresses()[0]).toMatch(/\/tcp\/\d+\/ws\/p2p\//)
    expect(both.network.addresses()).toHaveLength(2)
    await connect(plain, web, soon())
    await connect(web, both, soon())
    const { near, far } = await openBetween(web, plain, 'exchange', soon())
    await Promise.all([near.write(new Uint8Array(MAX_FRAME_BYTES), soon()), far.read(soon())])
    const pause = () => AbortSignal.timeout(50)
    const heard = await announceUntil(plain.network, 'here', both.announced.take(soon()), pause)
    expect(heard).toEqual({ from: plain.network.self, text: 'here' })
  })

  test('counts what its sockets carry', async () => {
    const [a, b] = [await startPeer(await world.createOne()), await startPeer(await world.createOne())]
    await connect(a, b, soon())
    const { near, far } = await openBetween(a, b, 'exchange', soon())
    for (let i = 0; i < 8; i++) {
      await Promise.all([near.write(new Uint8Array(MAX_FRAME_BYTES), soon()), far.read(soon())])
    }
    for (const bytes of [a.network.traffic().bytesOut, b.network.traffic().bytesIn]) {
      expect(bytes).toBeGreaterThan(8 * MAX_FRAME_BYTES)
      expect(bytes).toBeLessThan(8 * MAX_FRAME_BYTES * 1.01)
    }
  })
})

describe('strangers at a WebSocket', () => {
  test('take no place of a member, be they silent or loud', async () => {
    const [peer, newcomer] = [await startPeer(await world.createOne()), await startPeer(await world.createOne())]
    await openSockets(peer.network, 300)
    const silent = await openWebSockets(peer.network, 300)
    const loud = await openWebSockets(peer.network, 150, PLAIN)
    newcomer.network.learn(peer.network.self, peer.network.addresses())
    await openBetween(newcomer, peer, 'exchange', soon())
    expect(closed(silent)).toBeGreaterThanOrEqual(300 - ARRIVING_PLACES)
    expect(closed(loud)).toBeGreaterThanOrEqual(150 - 2 * STRANGER_HANDSHAKES.atOnce)
  })

  test('are closed when they have said nothing for a while, before the upgrade or after it', async () => {
    const peer = await startPeer(await world.createOne())
    const began = performance.now()
    const [quiet, asking] = await openSockets(peer.network, 2)
    asking?.write('GET / HTTP/1.1\r\nHost: here\r\n\r\n')
    const [upgraded] = await openWebSockets(peer.network, 1)
    const ends = [quiet, asking].map(socket => once(socket as Socket, 'close'))
    for (const socket of [quiet, asking]) socket?.resume()
    await Promise.all([...ends, once(upgraded as WebSocket, 'close')])
    expect(performance.now() - began).toBeGreaterThan(KNOCK_TIMEOUT_MS / 2)
    expect(performance.now() - began).toBeLessThan(2 * KNOCK_TIMEOUT_MS)
  })

  test('cannot have a long message held', async () => {
    const peer = await startPeer(await world.createOne())
    const [loud] = await openWebSockets(peer.network, 1, new Uint8Array(MAX_WEB_SOCKET_MESSAGE_BYTES + 1))
    const [code] = await once(loud as WebSocket, 'close')
    expect(code).toBe(1009)
  })

  test('may be any libp2p, which is told what it may know', async () => {
    const peer = await startPeer(await world.createOne())
    const node = await createLibp2p({
      transports: [webSockets()],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
      services: { identify: identify() },
    })
    cleanups.push(async () => node.stop())
    const identified = once(node, 'peer:identify', soon())
    await node.dial(multiaddr(peer.network.addresses()[0]), soon())
    await identified
    expect(peer.network.connections()).toEqual([])
  })
})
