import { once } from 'node:events'
import { createConnection, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import type { Network } from '../../../src/gossip/ports.ts'
import { ARRIVING_PLACES, STRANGER_HANDSHAKES } from '../../../src/network/gate/constants.ts'
import { createKnock } from '../../../src/network/gate/knock.ts'
import { createMailbox } from '../../../src/testing/mailbox.ts'
import { connect, openBetween, startPeer } from '../../../src/testing/probe-peers.ts'
import { createKeyedAdmission } from '../keyed-admission.ts'
import { createLibp2pWorld } from '../libp2p-world.ts'
import { createStranger } from '../stranger.ts'

const SWARM = 'a5'.repeat(32)
const PLAIN = Buffer.concat([Buffer.from('\x13/multistream/1.0.0\n'), Buffer.from('\x07/noise\n')])
const soon = (milliseconds = 10_000) => ({ signal: AbortSignal.timeout(milliseconds) })

describe('at a peer that is beset by strangers', () => {
  const world = createLibp2pWorld()
  const sockets: Socket[] = []
  const cleanups: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy()
    await Promise.all(cleanups.splice(0).map(cleanup => cleanup()))
    await world.stop()
  })

  const member = async () =>
    startPeer(await world.createOne({ swarm: SWARM, admission: createKeyedAdmission('a key'), warn() {} }))

  /** So many connections of TCP that say this, and nothing more. */
  async function beset(network: Network, count: number, say: () => Uint8Array): Promise<Socket[]> {
    const port = Number(network.addresses()[0].split('/')[4])
    const opened = await Promise.all(
      Array.from({ length: count }, async () => {
        const socket = createConnection(port, '127.0.0.1').on('error', () => {})
        sockets.push(socket)
        await Promise.race([once(socket, 'connect'), once(socket, 'close')])
        const bytes = say()
        if (bytes.byteLength > 0) socket.write(bytes)
        return socket
      }),
    )
    return opened
  }

  const closed = (all: readonly Socket[]) => all.filter(socket => socket.destroyed).length

  test('a newcomer that is a member gets in, past 500 silent sockets and 200 that begin a handshake', async () => {
    const [peer, friend, newcomer] = [await member(), await member(), await member()]
    await connect(friend, peer, soon())
    const silent = await beset(peer.network, 500, () => new Uint8Array())
    const strangers = await beset(peer.network, 200, () => PLAIN)
    newcomer.network.learn(peer.network.self, peer.network.addresses())
    await openBetween(newcomer, peer, 'exchange', soon())
    expect(peer.network.connections()).toEqual([friend.network.self, newcomer.network.self])
    // They were let go of while they were there, not because nobody was.
    expect(closed(silent)).toBeGreaterThanOrEqual(500 - ARRIVING_PLACES)
    expect(closed(strangers)).toBeGreaterThanOrEqual(200 - 2 * STRANGER_HANDSHAKES.atOnce)
  })

  test('a newcomer gets in beside one that has said half of its first lines', async () => {
    const [peer, newcomer] = [await member(), await member()]
    await beset(peer.network, 1, () => PLAIN.subarray(0, 24))
    newcomer.network.learn(peer.network.self, peer.network.addresses())
    await openBetween(newcomer, peer, 'exchange', soon())
  })

  test('a newcomer gets in past 300 that know the recipe, knock, and go no further', async () => {
    const [peer, newcomer] = [await member(), await member()]
    const knock = createKnock(SWARM)
    await beset(peer.network, 300, () => knock.make())
    newcomer.network.learn(peer.network.self, peer.network.addresses())
    // They have used up the handshakes of a moment, which come back.
    await expect
      .poll(() => newcomer.network.open(peer.network.self, 'exchange', soon(5_000)).then(() => 'in'), {
        timeout: 5_000,
      })
      .toBe('in')
  })

  test('a stranger that does not knock is still told why, however many are silent', async () => {
    const peer = await member()
    await beset(peer.network, 500, () => new Uint8Array())
    const stranger = await createStranger()
    cleanups.push(stranger.stop)
    const connection = await stranger.dial(peer.network, soon(5_000))
    expect(connection.remotePeer.toString()).toBe(peer.network.self)
  })

  test('whoever has said nothing is closed after a while', async () => {
    const peer = await member()
    const [silent] = await beset(peer.network, 1, () => new Uint8Array())
    const ended = createMailbox<string>()
    silent.on('close', () => ended.put('closed'))
    silent.resume()
    expect(await ended.take(soon())).toBe('closed')
  })

  test('whoever says more than a handshake takes is closed before that is held', async () => {
    const peer = await member()
    const [flood] = await beset(peer.network, 1, () => Buffer.concat([PLAIN, Buffer.alloc(1_000_000)]))
    const ended = createMailbox<string>()
    flood.on('close', () => ended.put('closed'))
    flood.resume()
    expect(await ended.take(soon(2_000))).toBe('closed')
  })
})
