import type { Connection } from '@libp2p/interface'
import { afterEach, describe, expect, test } from 'vitest'
import { STREAM_WINDOW_BYTES } from '../../../src/network/constants.ts'
import {
  GOSSIP_MESSAGES,
  MAX_STRANGER_BYTES,
  RECIPE_STREAMS,
  STRANGER_STREAMS,
} from '../../../src/network/gate/constants.ts'
import { memoryBound } from '../../../src/network/gate/memory-bound.ts'
import { protocolOf } from '../../../src/network/protocols.ts'
import { openBetween, type Peer, startPeer } from '../../../src/testing/probe-peers.ts'
import { createLibp2pWorld } from '../libp2p-world.ts'
import { createStranger, proveOn } from '../stranger.ts'

const SWARM = 'a5'.repeat(32)
const MiB = 1024 * 1024
const soon = () => ({ signal: AbortSignal.timeout(10_000) })

test('what strangers and members can make a peer hold is bounded, by its constants', () => {
  const { strangers, member } = memoryBound()
  expect(strangers / MiB).toBeLessThan(64)
  expect(member / MiB).toBeLessThan(256)
})

describe('a connection', () => {
  const world = createLibp2pWorld()
  const cleanups: (() => Promise<void>)[] = []
  afterEach(async () => {
    await Promise.all(cleanups.splice(0).map(cleanup => cleanup()))
    await world.stop()
  })

  async function reach(peer: Peer, claims: boolean): Promise<Connection> {
    const stranger = await createStranger()
    cleanups.push(stranger.stop)
    const connection = await stranger.dial(peer.network, soon())
    if (claims) await proveOn(stranger, connection, { swarm: SWARM }, soon())
    return connection
  }

  /** Sooner than it would end for want of a proof, or of an answer to a ping. */
  const ended = (connection: Connection) =>
    new Promise<void>((resolve, reject) => {
      const late = AbortSignal.timeout(5_000)
      late.addEventListener('abort', () => reject(late.reason))
      connection.addEventListener('close', () => resolve())
      if (connection.status !== 'open') resolve()
    })

  test('of a stranger ends when it has said more than a stranger may', async () => {
    const peer = await startPeer(await world.createOne({ swarm: SWARM }))
    const connection = await reach(peer, false)
    sendRaw(connection, frameOf(MAX_STRANGER_BYTES - 16_384))
    const over = ended(connection)
    expect(await Promise.race([over, aWhile()])).toBe('still there')
    sendRaw(connection, frameOf(32_768))
    await over
  })

  test('of a member ends when a frame of yamux says that it is longer than any window', async () => {
    const peer = await startPeer(await world.createOne({ swarm: SWARM }))
    const connection = await reach(peer, true)
    await peer.connected.take(soon())
    sendRaw(connection, frameOf(0, 2 ** 31))
    for (let i = 0; i < 2 && connection.status === 'open'; i++) sendRaw(connection, new Uint8Array(STREAM_WINDOW_BYTES))
    await ended(connection)
    await peer.disconnected.take(soon())
    expect(peer.network.connections()).toEqual([])
  })

  test('of a member ends when it floods gossip, and not while it says several times what a large swarm does', async () => {
    const peer = await startPeer(await world.createOne({ swarm: SWARM }))
    const connection = await reach(peer, true)
    const gossip = await connection.newStream('/meshsub/1.2.0', soon())
    // An RPC without anything in it: a subscription list of none, in its length and its field.
    const empty = Uint8Array.of(2, 0x0a, 0)
    const send = (count: number) => {
      const bytes = new Uint8Array(empty.length * count)
      for (let i = 0; i < count; i++) bytes.set(empty, empty.length * i)
      gossip.send(bytes)
    }
    const over = ended(connection)
    send(GOSSIP_MESSAGES.atOnce / 2)
    expect(await Promise.race([over, aWhile()])).toBe('still there')
    send(2 * GOSSIP_MESSAGES.atOnce)
    await over
  })

  test('of a stranger has few streams', async () => {
    const peer = await startPeer(await world.createOne({ swarm: SWARM }))
    const connection = await reach(peer, false)
    const muxer: { createStream(options: object): Promise<{ status: string }> } = Reflect.get(connection, 'muxer')
    const streams = await Promise.all(Array.from({ length: 3 * STRANGER_STREAMS }, () => muxer.createStream({})))
    await expect
      .poll(() => streams.filter(({ status }) => status === 'open').length, { timeout: 5_000 })
      .toBeLessThanOrEqual(STRANGER_STREAMS)
  })

  test('is asked for a recipe now and then, and one at a time', async () => {
    const peer = await startPeer(await world.createOne({ swarm: SWARM }))
    const connection = await reach(peer, true)
    for (let i = 0; i < RECIPE_STREAMS.atOnce; i++) {
      const stream = await connection.newStream(protocolOf('recipe'), soon())
      expect((await peer.accepted.take(soon())).channel).toBe('recipe')
      stream.abort(new Error('enough'))
    }
    const { promise, resolve } = Promise.withResolvers<string>()
    const stream = await connection.newStream(protocolOf('recipe'), soon())
    stream.addEventListener('close', ({ error }) => resolve(error?.name ?? 'closed'))
    expect(stream.status === 'open' ? await promise : 'StreamResetError').toBe('StreamResetError')
  })

  test('says from which host it comes', async () => {
    const [a, b] = [await startPeer(await world.createOne()), await startPeer(await world.createOne())]
    a.network.learn(b.network.self, b.network.addresses())
    const { near, far } = await openBetween(a, b, 'exchange', soon())
    expect([near.host, far.host]).toEqual(['127.0.0.1', '127.0.0.1'])
  })
})

/** A frame of yamux for a stream that there is not, which nobody answers. */
function frameOf(bytes: number, said = bytes): Uint8Array {
  const frame = new Uint8Array(12 + bytes)
  new DataView(frame.buffer).setUint32(4, 9_999)
  new DataView(frame.buffer).setUint32(8, said)
  return frame
}

function sendRaw(connection: Connection, bytes: Uint8Array): void {
  const muxer: { send(bytes: Uint8Array): boolean } = Reflect.get(connection, 'muxer')
  muxer.send(bytes)
}

async function aWhile(): Promise<string> {
  await new Promise(resolve => AbortSignal.timeout(300).addEventListener('abort', resolve))
  return 'still there'
}
