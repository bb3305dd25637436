import type { Connection } from '@libp2p/interface'
import { afterEach, describe, expect, test } from 'vitest'
import { openAdmission } from '../../../src/admission/open.ts'
import { createIdentity } from '../../../src/network/identity.ts'
import type { Libp2pNetworkOptions } from '../../../src/network/libp2p-network.ts'
import { protocolOf, topicOf } from '../../../src/network/protocols.ts'
import { createMailbox, type Mailbox } from '../../../src/testing/mailbox.ts'
import { announceUntil, connect, openBetween, type Peer, startPeer } from '../../../src/testing/probe-peers.ts'
import { createKeyedAdmission } from '../keyed-admission.ts'
import { createLibp2pWorld } from '../libp2p-world.ts'
import { createStranger, proveOn, type Stranger } from '../stranger.ts'

const SWARM = 'a5'.repeat(32)
const GOSSIP = ['/meshsub/1.2.0', '/meshsub/1.1.0', '/meshsub/1.0.0']
const CHANNELS = ['exchange', 'settle', 'fetch'] as const
const soon = () => ({ signal: AbortSignal.timeout(10_000) })
const pause = () => AbortSignal.timeout(50)

interface Guarded extends Peer {
  readonly warnings: Mailbox<string>
  readonly acquainted: Mailbox<string>
}

describe('the gate', () => {
  const world = createLibp2pWorld()
  const cleanups: (() => Promise<void>)[] = []
  afterEach(async () => {
    await Promise.all(cleanups.splice(0).map(cleanup => cleanup()))
    await world.stop()
  })

  async function start(options: Partial<Libp2pNetworkOptions> = {}): Promise<Guarded> {
    const [warnings, acquainted] = [createMailbox<string>(), createMailbox<string>()]
    const network = await world.createOne({ swarm: SWARM, warn: warnings.put, ...options })
    return { ...(await startPeer(network, { acquainted: acquainted.put })), warnings, acquainted }
  }

  const withKey = (key: string) => start({ admission: createKeyedAdmission(key) })

  async function stranger(): Promise<Stranger> {
    const one = await createStranger()
    cleanups.push(one.stop)
    return one
  }

  /** Whether a stream that the stranger opens is served: what is not is reset, whatever protocol was agreed on. */
  async function isServed(connection: Connection, protocol: string | string[]): Promise<boolean> {
    const stream = await connection.newStream(protocol, soon()).catch(() => undefined)
    if (stream === undefined) return false
    const { promise, resolve } = Promise.withResolvers<boolean>()
    stream.addEventListener('close', () => resolve(false))
    stream.addEventListener('message', () => resolve(true))
    if (stream.status !== 'open') resolve(false)
    return await promise
  }

  test.each(['open', 'key'])('tells a stranger nothing of an %s swarm, and hears nothing from it', async kind => {
    const peer = await start({ admission: kind === 'open' ? openAdmission() : createKeyedAdmission('a key') })
    const other = await stranger()
    const gossip = createMailbox<string>()
    await other.node.handle(GOSSIP, stream => gossip.put(stream.protocol))
    const identified = createMailbox<readonly string[]>()
    other.node.addEventListener('peer:identify', ({ detail }) => identified.put(detail.protocols))
    const connection = await other.dial(peer.network, soon())

    const protocols = (await identified.take(soon())).join(' ')
    expect(protocols).toContain(protocolOf('exchange'))
    for (const part of [SWARM.slice(0, 8), topicOf(SWARM)]) expect(protocols).not.toContain(part)
    for (const channel of CHANNELS) expect(await isServed(connection, protocolOf(channel))).toBe(false)
    expect(await isServed(connection, GOSSIP)).toBe(false)
    await expect(gossip.take({ signal: AbortSignal.timeout(300) })).rejects.toThrow('timeout')
    if (kind === 'key') expect(await isServed(connection, protocolOf('recipe'))).toBe(false)
    expect(peer.network.connections()).toEqual([])
    await expect(peer.accepted.take({ signal: AbortSignal.abort() })).rejects.toThrow()
  })

  test('gossips with who has proved that it is a member, at once', async () => {
    const peer = await withKey('a key')
    const other = await stranger()
    const gossip = createMailbox<string>()
    await other.node.handle(GOSSIP, stream => gossip.put(stream.protocol))
    const connection = await other.dial(peer.network, soon())
    const { standing } = await proveOn(
      other,
      connection,
      { swarm: SWARM, admission: createKeyedAdmission('a key') },
      soon(),
    )
    expect(standing).toBe('admitted')
    expect(await gossip.take(soon())).toBe('/meshsub/1.2.0')
    expect(await peer.connected.take(soon())).toBe(other.node.peerId.toString())
  })

  test('lets in whoever proves that it is a member, and tells both sides why another is not', async () => {
    const [a, b, c] = [await withKey('a key'), await withKey('a key'), await withKey('another key')]
    await connect(a, b, soon())
    expect(await b.connected.take(soon())).toBe(a.network.self)

    c.network.learn(a.network.self, a.network.addresses())
    await expect(c.network.open(a.network.self, 'exchange', soon())).rejects.toThrow(
      expect.objectContaining({
        name: 'UnreachableError',
        message: `cannot open exchange to ${a.network.self}: it refuses this peer, which has another key`,
      }),
    )
    expect(await c.warnings.take(soon())).toBe(`${a.network.self} refuses this peer, which has another key`)
    expect(await a.warnings.take(soon())).toBe(`${c.network.self} has another key, and is not let in`)
    expect(a.network.connections()).toEqual([b.network.self])
    expect(c.network.connections()).toEqual([])
    // The reason is known: it is not asked for again and again.
    await expect(c.network.open(a.network.self, 'exchange', soon())).rejects.toThrow('refuses this peer')
    await expect(a.warnings.take({ signal: AbortSignal.timeout(200) })).rejects.toThrow('timeout')
  })

  test('takes no proof that was made on another connection', async () => {
    const peer = await withKey('a key')
    const member = await stranger()
    const admission = createKeyedAdmission('a key')
    await proveOn(member, await member.dial(peer.network, soon()), { swarm: SWARM, admission }, soon())

    // The very same peer, which does not know the key any more.
    for (const connection of member.node.getConnections()) connection.abort(new Error('once more'))
    const [proof] = admission.proofs
    const replaying = { ...admission, prove: async () => proof }
    const again = await member.dial(peer.network, soon())
    await expect(proveOn(member, again, { swarm: SWARM, admission: replaying }, soon())).rejects.toThrow(
      'it refuses this peer, which has another key',
    )
  })

  test('proves nothing to a peer that does not know the recipe', async () => {
    const [a, b] = [createKeyedAdmission('a key'), createKeyedAdmission('a key')]
    const here = await start({ admission: a })
    const there = await start({ swarm: `${SWARM.slice(0, -2)}a6`, admission: b })
    here.network.learn(there.network.self, there.network.addresses())
    await expect(here.network.open(there.network.self, 'recipe', soon())).rejects.toThrow(
      'it refuses this peer, which has another recipe',
    )
    expect([...a.proofs, ...b.proofs]).toEqual([])
  })

  test('only makes peers of an open swarm acquainted whose ids are the same in all but one digit', async () => {
    const [here, there] = [await start(), await start({ swarm: `${SWARM.slice(0, -1)}6` })]
    here.network.learn(there.network.self, there.network.addresses())
    await openBetween(here, there, 'recipe', soon())
    expect(await here.acquainted.take(soon())).toBe(there.network.self)
    for (const channel of CHANNELS) {
      await expect(here.network.open(there.network.self, channel, soon())).rejects.toThrow('it is in another swarm')
    }
    expect([...here.network.connections(), ...there.network.connections()]).toEqual([])
  })

  test('makes members acquainted that have gone on from another seal', async () => {
    const [first, next] = [
      await start({ admission: createKeyedAdmission('a key') }),
      await start({ swarm: 'b6'.repeat(32), recipe: SWARM, admission: createKeyedAdmission('a key') }),
    ]
    next.network.learn(first.network.self, first.network.addresses())
    await openBetween(next, first, 'recipe', soon())
    expect(await first.acquainted.take(soon())).toBe(next.network.self)
  })

  test('cuts off a member that is revoked, tells it why, and hands the revocation on', async () => {
    const admission = createKeyedAdmission('a key')
    const a = await start({ admission })
    const [b, c] = [await withKey('a key'), await withKey('a key')]
    await Promise.all([connect(a, b, soon()), connect(b, c, soon()), connect(a, c, soon())])
    for (const peer of [a, b, b, c]) await peer.connected.take(soon())
    const { near } = await openBetween(c, b, 'exchange', soon())

    admission.revoke(c.network.self)
    expect(await a.disconnected.take(soon())).toBe(c.network.self)
    expect(await b.disconnected.take(soon())).toBe(c.network.self)
    await expect(near.read(soon())).rejects.toThrow()
    const told = [await c.warnings.take(soon()), await c.warnings.take(soon())]
    expect(told.sort()).toEqual(
      [a, b].map(({ network }) => `${network.self} refuses this peer, which was revoked`).sort(),
    )
    expect([a.network.connections(), b.network.connections()]).toEqual([[b.network.self], [a.network.self]])
  })

  test('does not hear a member that was revoked, whoever forwards what it says', async () => {
    const admission = createKeyedAdmission('a key')
    const a = await start({ admission })
    const [b, c] = [await withKey('a key'), await withKey('a key')]
    await Promise.all([connect(a, b, soon()), connect(b, c, soon())])
    const heard = await announceUntil(c.network, 'before', a.announced.take(soon()), pause)
    expect(heard).toEqual({ from: c.network.self, text: 'before' })
    // It is told to nobody else here, so that the other one forwards.
    admission.lapsed = peer => (peer === c.network.self ? 'was revoked' : undefined)
    await announceUntil(c.network, 'after', b.announced.take(soon()), pause)
    const ended = (async () => {
      // What it said before it was revoked may come several times.
      for (;;) {
        const { from, text } = await a.announced.take(soon())
        if (text !== 'before') return { from, text }
      }
    })()
    expect(await announceUntil(b.network, 'end', ended, pause)).toEqual({ from: b.network.self, text: 'end' })
  })

  test('goes on gossiping when two peers dial each other at the same moment', async () => {
    for (let times = 0; times < 5; times++) {
      const [a, b] = [await withKey('a key'), await withKey('a key')]
      a.network.learn(b.network.self, b.network.addresses())
      b.network.learn(a.network.self, a.network.addresses())
      await Promise.all([openBetween(a, b, 'exchange', soon()), openBetween(b, a, 'exchange', soon())])
      expect((await announceUntil(a.network, 'a', b.announced.take(soon()), pause)).text).toBe('a')
      expect((await announceUntil(b.network, 'b', a.announced.take(soon()), pause)).text).toBe('b')
    }
  })

  test('replaces a connection when its peer comes again', async () => {
    const peer = await withKey('a key')
    const identity = await createIdentity()
    const first = await start({ admission: createKeyedAdmission('a key'), identity })
    await connect(first, peer, soon())
    const second = await start({ admission: createKeyedAdmission('a key'), identity })
    await connect(second, peer, soon())
    expect((await announceUntil(second.network, 'again', peer.announced.take(soon()), pause)).text).toBe('again')
    expect(peer.network.connections()).toEqual([second.network.self])
  })
})
