import { afterEach, describe, expect, test } from 'vitest'
import { createVirtualWorld } from '../../simulations/virtual/network-world.ts'
import type { Network } from '../../src/gossip/ports.ts'
import { ProtocolError } from '../../src/gossip/streams/stream-errors.ts'
import { systemClock } from '../../src/library/system-clock.ts'
import { MAX_NAMESPACE_BYTES } from '../../src/standardise/constants.ts'
import { createNamespaces, type Namespaces } from '../../src/standardise/namespaces.ts'
import { networkCompliance } from '../../src/testing/network-compliance.ts'
import { announceUntil, openBetween, type Peer, startPeer } from '../../src/testing/probe-peers.ts'
import { createLibp2pWorld } from '../network/libp2p-world.ts'

describe('the main namespace over the network of the simulation', () => {
  const world = createVirtualWorld((network, clock) => createNamespaces(network, clock).main)
  for (const { title, run } of networkCompliance(world)) test(title, run)
})

describe('the main namespace over the network of libp2p', () => {
  const world = createLibp2pWorld(network => createNamespaces(network, systemClock).main)
  for (const { title, run } of networkCompliance(world)) test(title, run)
})

describe('namespaces over one network', () => {
  const world = createVirtualWorld()
  const it = (title: string, body: () => Promise<void>) => test(title, () => world.run(body))
  afterEach(() => world.stop())
  const soon = () => ({ signal: world.signal(10_000) })

  interface Node {
    readonly under: Network
    readonly namespaces: Namespaces
    readonly main: Peer
  }

  async function startTwo(): Promise<[Node, Node]> {
    const networks = await world.create(2)
    const nodes = await Promise.all(
      networks.map(async under => {
        const namespaces = createNamespaces(under, { ...systemClock, after: () => () => {} })
        return { under, namespaces, main: await startPeer(namespaces.main) }
      }),
    )
    for (const { under } of nodes) for (const other of networks) under.learn(other.self, other.addresses())
    return nodes as [Node, Node]
  }

  it('leave a stream that breaks the protocol to the main one, which judges its peer', async () => {
    const [a, b] = await startTwo()
    const near = await a.under.open(b.under.self, 'exchange', soon())
    await near.write(new Uint8Array(1 + MAX_NAMESPACE_BYTES), soon())
    const { stream } = await b.main.accepted.take(soon())
    await expect(stream.read(soon())).rejects.toThrow(ProtocolError)
  })

  it('keep their streams and announcements apart', async () => {
    const [a, b] = await startTwo()
    const names = ['one', 'two']
    const nears = await Promise.all(names.map(name => startPeer(a.namespaces.open(name))))
    const fars = await Promise.all(names.map(name => startPeer(b.namespaces.open(name))))
    for (const [i, name] of names.entries()) {
      const { near, far } = await openBetween(nears[i], fars[i], 'exchange', soon())
      await near.write(new TextEncoder().encode(name), soon())
      expect(new TextDecoder().decode(await far.read(soon()))).toBe(name)
      const heard = await announceUntil(nears[i].network, name, fars[i].announced.take(soon()), () => world.signal(100))
      expect(heard).toEqual({ from: a.under.self, text: name })
    }
    for (const quiet of [b.main, ...fars])
      await expect(quiet.accepted.take({ signal: world.signal(100) })).rejects.toThrow()
    await expect(b.main.announced.take({ signal: world.signal(100) })).rejects.toThrow()
  })

  it('are told of connections that were there before they were started', async () => {
    const [a, b] = await startTwo()
    await openBetween(a.main, b.main, 'exchange', soon())
    const late = await startPeer(a.namespaces.open('late'))
    expect(await late.connected.take(soon())).toBe(b.under.self)
  })

  it('refuse the streams of a namespace that the other has not started, or has stopped', async () => {
    const [a, b] = await startTwo()
    const near = await startPeer(a.namespaces.open('one'))
    const ended = async () => {
      const stream = await near.network.open(b.under.self, 'exchange', soon())
      await expect(stream.read(soon())).rejects.toHaveProperty('name', 'ConnectionLostError')
    }
    await ended()
    const far = await startPeer(b.namespaces.open('one'))
    await openBetween(near, far, 'exchange', soon())
    await far.network.stop()
    await ended()
    // The others go on.
    await openBetween(a.main, b.main, 'exchange', soon())
  })

  it('compare recipes on the main one only, and speak it as peers do that know of no namespaces', async () => {
    const [a, b] = await startTwo()
    await expect(a.namespaces.open('one').open(b.under.self, 'recipe', soon())).rejects.toThrow('on the main namespace')
    const near = await a.under.open(b.under.self, 'recipe', soon())
    await near.write(Uint8Array.of(7), soon())
    const { channel, stream } = await b.main.accepted.take(soon())
    expect(channel).toBe('recipe')
    expect([...(await stream.read(soon()))]).toEqual([7])
  })

  it('reject announcements without a namespace, and reset streams whose namespace has too long a name', async () => {
    const networks = await world.create(2)
    const [plain, decorated] = networks as [Network, Network]
    const verdicts: string[] = []
    const namespaces = createNamespaces(
      {
        ...decorated,
        start: handlers =>
          decorated.start({
            ...handlers,
            announcement(from, bytes) {
              const verdict = handlers.announcement(from, bytes)
              verdicts.push(verdict)
              return verdict
            },
          }),
      },
      { ...systemClock, after: () => () => {} },
    )
    await startPeer(plain)
    await startPeer(namespaces.main)
    plain.learn(decorated.self, decorated.addresses())
    const stream = await plain.open(decorated.self, 'exchange', soon())
    await stream.write(new Uint8Array(1_000), soon())
    await expect(stream.read(soon())).rejects.toHaveProperty('name', 'ConnectionLostError')
    for (const bytes of [[], [200, 1, 2], [3, 97, 98], [2, 97, 98, 1]]) {
      await plain.publish(Uint8Array.from(bytes))
      await expect(stream.read({ signal: world.signal(100) })).rejects.toThrow()
    }
    const { promise, resolve } = Promise.withResolvers<void>()
    world.signal(1_000).addEventListener('abort', () => resolve())
    await promise
    expect(verdicts).toEqual(['reject', 'reject', 'reject', 'ignore'])
  })
})
