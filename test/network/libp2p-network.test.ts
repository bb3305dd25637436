import { createConnection, createServer, type Server, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { Stream } from '@libp2p/interface'
import { afterEach, describe, expect, test } from 'vitest'
import { MAX_ANNOUNCEMENT_BYTES } from '../../src/gossip/membership/constants.ts'
import { MAX_FRAME_BYTES } from '../../src/gossip/streams/constants.ts'
import { FIRST_WINDOW_BYTES } from '../../src/network/constants.ts'
import { createIdentity, peerIdOf } from '../../src/network/identity.ts'
import type { Bandwidth } from '../../src/network/pace.ts'
import { protocolOf } from '../../src/network/protocols.ts'
import { createMailbox } from '../../src/testing/mailbox.ts'
import { networkCompliance } from '../../src/testing/network-compliance.ts'
import { announceUntil, connect, openBetween, type Peer, startPeer } from '../../src/testing/probe-peers.ts'
import { createLibp2pWorld } from './libp2p-world.ts'
import { outputOf } from './process.ts'
import { createStranger, proveOn } from './stranger.ts'

const world = createLibp2pWorld()
describe('the network of libp2p', () => {
  for (const { title, run } of networkCompliance(world)) test(title, run)
})

const SWARM = 'a5'.repeat(32)
const OTHER_SWARM = 'b6'.repeat(32)
const soon = () => ({ signal: AbortSignal.timeout(10_000) })

describe('the libp2p network', () => {
  const cleanups: (() => Promise<void>)[] = []
  afterEach(async () => {
    await Promise.all(cleanups.splice(0).map(cleanup => cleanup()))
    await world.stop()
  })

  /** A stream of plain libp2p that has proved to be a member, to write on it what no peer of ours would; and what ends its connection. */
  async function openRaw(peer: Peer): Promise<{ raw: Stream; cut: () => void }> {
    const stranger = await createStranger()
    cleanups.push(stranger.stop)
    const connection = await stranger.dial(peer.network, soon())
    await proveOn(stranger, connection, { swarm: SWARM }, soon())
    return {
      raw: await connection.newStream(protocolOf('exchange'), soon()),
      cut: () => connection.abort(new Error('the cable was pulled')),
    }
  }

  async function unusedPort(): Promise<number> {
    const server = createServer()
    const port = await portOf(server)
    await new Promise(resolve => server.close(resolve))
    return port
  }

  test('resets a stream on which a frame is too long, and tells the reader why', async () => {
    const peer = await startPeer(await world.createOne())
    const { raw } = await openRaw(peer)
    const reset = new Promise<Error | undefined>(resolve =>
      raw.addEventListener('close', event => resolve(event.error)),
    )
    const { stream } = await peer.accepted.take(soon())
    const header = new Uint8Array(4)
    new DataView(header.buffer).setUint32(0, MAX_FRAME_BYTES + 1)
    raw.send(header)
    const tooLong = expect.objectContaining({ name: 'ProtocolError', message: expect.stringContaining('exceeds') })
    await expect(stream.read(soon())).rejects.toThrow(tooLong)
    await expect(stream.read(soon())).rejects.toThrow(tooLong)
    expect((await reset)?.name).toBe('StreamResetError')
  })

  test('does not take a stream that ends inside a frame for one that ended', async () => {
    const peer = await startPeer(await world.createOne())
    const { raw } = await openRaw(peer)
    const { stream } = await peer.accepted.take(soon())
    raw.send(Uint8Array.of(0, 0, 0, 9, 1, 2, 3))
    await raw.close(soon())
    await expect(stream.read(soon())).rejects.toThrow(expect.objectContaining({ name: 'ProtocolError' }))
  })

  test('does not blame anybody for a connection that is lost inside a frame', async () => {
    const peer = await startPeer(await world.createOne())
    const { raw, cut } = await openRaw(peer)
    const { stream } = await peer.accepted.take(soon())
    const lost = expect.objectContaining({ name: 'ConnectionLostError' })
    raw.send(Uint8Array.of(0, 0, 0, 1, 42, 0, 0, 0, 9, 1, 2, 3))
    expect([...(await stream.read(soon()))]).toEqual([42])
    const reading = stream.read(soon())
    cut()
    await expect(reading).rejects.toThrow(lost)
    await expect(stream.write(Uint8Array.of(1), soon())).rejects.toThrow(lost)
  })

  test('does not take the end of a connection, as when a process dies, for the end of its streams', async () => {
    const [a, b] = [await startPeer(await world.createOne()), await startPeer(await world.createOne())]
    const port = Number(b.network.addresses()[0]?.split('/')[4])
    const sockets: Socket[] = []
    const proxy = createServer(socket => {
      const onward = createConnection(port, '127.0.0.1')
      sockets.push(socket, onward)
      socket.pipe(onward).pipe(socket)
    })
    cleanups.push(async () => void proxy.close())
    a.network.learn(b.network.self, [`/ip4/127.0.0.1/tcp/${await portOf(proxy)}`])
    const { near, far } = await openBetween(a, b, 'exchange', soon())
    const pending = [near, far].map(stream => stream.read(soon()).catch(error => error.name))
    for (const socket of sockets) socket.unpipe().resume().end()
    for (const name of await Promise.all(pending)) expect(name).toBe('ConnectionLostError')
    expect(await b.disconnected.take(soon())).toBe(a.network.self)
  })

  test('keeps swarms apart, except that each may ask the other for its recipe', async () => {
    const ours = await startPeer(await world.createOne({ swarm: SWARM }))
    const theirs = await startPeer(await world.createOne({ swarm: OTHER_SWARM }))
    ours.network.learn(theirs.network.self, theirs.network.addresses())
    for (const channel of ['exchange', 'settle', 'fetch'] as const) {
      await expect(ours.network.open(theirs.network.self, channel, soon())).rejects.toThrow(
        expect.objectContaining({
          name: 'UnreachableError',
          message: expect.stringContaining(`cannot open ${channel}`),
        }),
      )
    }
    const { near, far } = await openBetween(ours, theirs, 'recipe', soon())
    await near.write(Uint8Array.of(1), soon())
    expect([...(await far.read(soon()))]).toEqual([1])
  })

  test('keeps peers of earlier versions apart, except that they may ask for its recipe', async () => {
    const acquainted = createMailbox<string>()
    const peer = await startPeer(await world.createOne({ swarm: SWARM }), { acquainted: acquainted.put })
    const earlier = await createStranger()
    cleanups.push(earlier.stop)
    const connection = await earlier.dial(peer.network, soon())
    for (const channel of ['exchange', 'settle', 'fetch']) {
      for (const protocol of [`/hearsay/a5a5a5a5a5a5a5a5/${channel}/1`, `/hearsay/a5a5a5a5a5a5a5a5/${channel}/2`]) {
        await expect(connection.newStream(protocol, soon())).rejects.toThrow('could not negotiate')
      }
    }
    await connection.newStream('/hearsay/recipe/1', soon())
    expect((await peer.accepted.take(soon())).channel).toBe('recipe')
    expect(await acquainted.take(soon())).toBe(earlier.node.peerId.toString())
    expect(peer.network.connections()).toEqual([])
  })

  test.each(['foo', '', '/ip4/192.168.1.20', '/ip4/192.168.1.20/udp/4001', '192.168.1.20:4001'])(
    'refuses to be created with the connect address %j',
    async address => {
      const error = await world.createOne({ connect: [address] }).catch(error => error)
      expect(error.name).toBe('UsageError')
      expect(error.message).toContain(`connect address ${JSON.stringify(address)} is not a TCP `)
      expect(error.message).toContain('multiaddr such as /ip4/192.168.1.20/tcp/4001')
    },
  )

  test('refuses to be created with a malformed listen address', async () => {
    await expect(world.createOne({ listen: ['4001'] })).rejects.toThrow(
      /^listen address "4001" is not a TCP .*multiaddr such as \/ip4\/0\.0\.0\.0\/tcp\/4001/,
    )
  })

  test('says so when its address is in use', async () => {
    const first = await startPeer(await world.createOne())
    const address = first.network.addresses()[0]?.replace(/\/p2p\/.*/, '') ?? ''
    const second = await world.createOne({ listen: [address] })
    const error = await startPeer(second).catch(error => error)
    expect(error.name).toBe('ListenError')
    expect(error.message).toBe(
      `cannot listen on ${address}: EADDRINUSE: address already in use ${hostAndPort(address)}; ` +
        'another program has this port, perhaps another peer: listen on another one, or on tcp/0 for any that is free',
    )
  })

  test('has the peer id of its identity', async () => {
    const identity = await createIdentity()
    const first = await world.createOne({ identity })
    expect(first.self).toBe(peerIdOf(identity))
    await first.stop()
    expect((await world.createOne({ identity })).self).toBe(first.self)
  })

  test('connects to an address when somebody comes up there, and again after they were away', async () => {
    const address = `/ip4/127.0.0.1/tcp/${await unusedPort()}`
    const identity = await createIdentity()
    const warnings = createMailbox<string>()
    const peer = await startPeer(await world.createOne({ connect: [address], warn: warnings.put }))
    expect(await warnings.take(soon())).toMatch(
      /^cannot connect to \S+ yet \(.*ECONNREFUSED.*\); trying again until it answers$/,
    )

    for (let times = 0; times < 2; times++) {
      const target = await startPeer(await world.createOne({ identity, listen: [address] }))
      expect(await peer.connected.take(soon())).toBe(target.network.self)
      await target.network.stop()
      expect(await peer.disconnected.take(soon())).toBe(target.network.self)
    }
  })

  test('does not pass on an announcement that it rejects', async () => {
    const judged = createMailbox<string>()
    const [a, c] = [await startPeer(await world.createOne()), await startPeer(await world.createOne())]
    const middle = await startPeer(await world.createOne(), {
      announcement(_from, bytes) {
        const text = new TextDecoder().decode(bytes)
        judged.put(text)
        return text === 'bad' ? 'reject' : 'accept'
      },
    })
    await Promise.all([connect(a, middle, soon()), connect(middle, c, soon())])
    const pause = () => AbortSignal.timeout(50)
    expect(await announceUntil(a.network, 'bad', judged.take(soon()), pause)).toBe('bad')
    const heard = await announceUntil(a.network, 'good', c.announced.take(soon()), pause)
    expect(heard).toEqual({ from: a.network.self, text: 'good' })
  })

  test('does not send an announcement that others would not accept', async () => {
    const peer = await startPeer(await world.createOne())
    await peer.network.publish(new Uint8Array(MAX_ANNOUNCEMENT_BYTES))
    await expect(peer.network.publish(new Uint8Array(MAX_ANNOUNCEMENT_BYTES + 1))).rejects.toThrow('exceeds')
  })

  test('forgets the oldest addresses of a peer, so that it can always be dialled at the newest', async () => {
    const [a, b] = [await startPeer(await world.createOne()), await startPeer(await world.createOne())]
    for (let port = 1; port <= 40; port++) a.network.learn(b.network.self, [`/ip4/127.0.0.1/tcp/${port}`])
    a.network.learn(b.network.self, b.network.addresses())
    await openBetween(a, b, 'exchange', soon())
  })

  test('counts at its sockets, so that encryption and framing are part of it', async () => {
    const [a, b] = [await startPeer(await world.createOne()), await startPeer(await world.createOne())]
    a.network.learn(b.network.self, b.network.addresses())
    const { near, far } = await openBetween(a, b, 'exchange', soon())
    const payloadBytes = 8 * MAX_FRAME_BYTES
    for (let i = 0; i < 8; i++) {
      await Promise.all([near.write(new Uint8Array(MAX_FRAME_BYTES), soon()), far.read(soon())])
    }
    const open = [a.network.traffic().bytesOut, b.network.traffic().bytesIn]
    await a.network.stop()
    await b.disconnected.take(soon())
    const closed = [a.network.traffic().bytesOut, b.network.traffic().bytesIn]
    for (const bytes of [...open, ...closed]) {
      expect(bytes).toBeGreaterThan(payloadBytes)
      expect(bytes).toBeLessThan(payloadBytes * 1.01)
    }
  })

  /** Two peers, the first of which may send, or receive, so many bytes a second. */
  async function withLimited(bandwidth: Partial<Bandwidth>) {
    const limited = { upload: 1e9, download: 1e9, ...bandwidth }
    const [a, b] = [
      await startPeer(await world.createOne({ bandwidth: limited })),
      await startPeer(await world.createOne()),
    ]
    a.network.learn(b.network.self, b.network.addresses())
    return { a, b, ...(await openBetween(a, b, 'exchange', soon())) }
  }

  test('lets announcements pass while frames wait for the bandwidth', async () => {
    const { a, b, near } = await withLimited({ upload: 1 })
    const cancel = new AbortController()
    const written = near.write(new Uint8Array(1_000), cancel)
    const heard = await announceUntil(a.network, 'here', b.announced.take(soon()), () => AbortSignal.timeout(50))
    expect(heard.text).toBe('here')
    expect(near.traffic.bytesOut).toBe(0)
    cancel.abort(new Error('not now'))
    await expect(written).rejects.toThrow('not now')
  })

  test('sends the rest of a frame whose writing was cancelled after it had begun', async () => {
    const { near, far } = await withLimited({ upload: 250_000 })
    const frame = Uint8Array.from({ length: 100_000 }, (_, i) => i)
    const cancel = new AbortController()
    const written = near.write(frame, cancel)
    while (near.traffic.bytesOut === 0) await new Promise(resolve => setImmediate(resolve))
    cancel.abort(new Error('not now'))
    await expect(written).rejects.toThrow('not now')
    expect(Buffer.compare(await far.read(soon()), frame)).toBe(0)
    await near.write(Uint8Array.of(7), soon())
    expect([...(await far.read(soon()))]).toEqual([7])
  })

  test('rejects a write that waits for the bandwidth when the stream is reset', async () => {
    const { near, far } = await withLimited({ upload: 1 })
    const written = near.write(new Uint8Array(1_000), soon())
    far.abort(new Error('enough'))
    await expect(written).rejects.toThrow(expect.objectContaining({ name: 'ConnectionLostError' }))
  })

  test('stalls a sender that knows of no limit, although it reads, where it may receive no more', async () => {
    const { near, far } = await withLimited({ download: 1 })
    const reading = (async () => {
      for (;;) await near.read(soon())
    })().catch(error => error.message)
    const frame = new Uint8Array(64 * 1024)
    const sending = async () => {
      while (far.traffic.bytesOut < 8 * FIRST_WINDOW_BYTES) await far.write(frame, { signal: AbortSignal.timeout(400) })
    }
    await expect(sending()).rejects.toThrow(expect.objectContaining({ name: 'TimeoutError' }))
    expect(near.traffic.bytesIn).toBeLessThanOrEqual(2 * FIRST_WINDOW_BYTES)
    near.abort(new Error('enough'))
    expect(await reading).toBe('enough')
  })

  test('leaves nothing behind that keeps the process alive', async () => {
    const fixture = fileURLToPath(new URL('fixtures/exchange-and-stop.ts', import.meta.url))
    expect(await outputOf(process.execPath, [fixture], 15_000)).toBe('stopped\n')
  })
})

/** Listens on any port of the loopback interface, and says which. */
async function portOf(server: Server): Promise<number> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port')
  return address.port
}

function hostAndPort(address: string): string {
  const [, , host, , port] = address.split('/')
  return `${host}:${port}`
}
