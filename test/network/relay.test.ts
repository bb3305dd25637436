import { afterAll, describe, expect, test } from 'vitest'
import { createVirtualClock } from '../../simulations/virtual/clock.ts'
import { MAX_RELAYED, RELAY_MS } from '../../src/network/constants.ts'
import { createRelay } from '../../src/network/relay.ts'
import { aborted } from '../../src/testing/probe-peers.ts'
import { dial, hearEachOther, type NodePeer, startNodePeer } from './node-peer.ts'

/** A relay of peer m; its neighbours a and z are before and after it. */
function createOne() {
  const clock = createVirtualClock()
  const told: { readonly at: number; readonly neighbour: string; readonly ids: readonly string[] }[] = []
  let waits = 0
  const relay = createRelay({
    self: 'm',
    tell: (neighbour, ids) => told.push({ at: clock.now(), neighbour, ids }),
    after(milliseconds, call) {
      waits++
      clock.after(milliseconds, call)
    },
  })
  async function wait(milliseconds: number): Promise<void> {
    const end = clock.now() + milliseconds
    clock.after(milliseconds, () => {})
    await clock.run(() => clock.now() >= end)
  }
  return { relay, told, wait, waits: () => waits }
}

describe('a neighbour is told of messages', () => {
  test('together, after a moment, and of each once', async () => {
    const { relay, told, wait, waits } = createOne()
    relay.hold('z', 'one')
    await wait(RELAY_MS / 2)
    relay.hold('z', 'two')
    expect(told).toEqual([])
    await wait(10 * RELAY_MS)
    expect(told).toEqual([{ at: RELAY_MS, neighbour: 'z', ids: ['one', 'two'] }])
    expect(waits()).toBe(1)
  })

  test('later where it speaks first', async () => {
    const { relay, told, wait } = createOne()
    relay.hold('a', 'one')
    await wait(RELAY_MS / 2)
    relay.hold('a', 'two')
    await wait(RELAY_MS)
    relay.hold('a', 'three')
    await wait(10 * RELAY_MS)
    expect(told).toEqual([
      { at: 2 * RELAY_MS, neighbour: 'a', ids: ['one', 'two'] },
      { at: 3 * RELAY_MS, neighbour: 'a', ids: ['three'] },
    ])
  })

  test('but for those that it has told of itself', async () => {
    const { relay, told, wait } = createOne()
    for (const neighbour of ['a', 'z']) for (const id of ['one', 'two']) relay.hold(neighbour, id)
    relay.has('z', 'one')
    await wait(RELAY_MS)
    for (const id of ['one', 'two']) relay.has('a', id)
    await wait(10 * RELAY_MS)
    expect(told.map(({ neighbour, ids }) => [neighbour, ids])).toEqual([['z', ['two']]])
  })

  test.each(['a', 'z'])('at once where there are very many: %s', async neighbour => {
    const { relay, told, wait } = createOne()
    for (let i = 0; i <= MAX_RELAYED; i++) relay.hold(neighbour, `${i}`)
    expect(told.map(({ ids }) => ids.length)).toEqual([MAX_RELAYED])
    await wait(10 * RELAY_MS)
    expect(told.flatMap(({ ids }) => ids)).toEqual(Array.from({ length: MAX_RELAYED + 1 }, (_, i) => `${i}`))
  })
})

describe('over sockets', { timeout: 30_000 }, () => {
  const peers: NodePeer[] = []
  afterAll(() => Promise.all(peers.map(({ network }) => network.stop())))

  /** A peer, and how many announcements of ten came to it, copies too. */
  async function startCounting() {
    let messages = 0
    const peer = await startNodePeer({}, node => {
      const { announcements } = node.libp2p.services
      const handle: (...args: unknown[]) => Promise<void> = Reflect.get(announcements, 'handleReceivedMessage').bind(
        announcements,
      )
      Object.assign(announcements, {
        async handleReceivedMessage(from: unknown, message: { readonly data: Uint8Array }) {
          if (new TextDecoder().decode(message.data).endsWith('of ten')) messages++
          await handle(from, message)
        },
      })
    })
    peers.push(peer)
    return { peer, messages: () => messages }
  }

  test('peers that all reach each other are told everything once', async () => {
    const some = [await startCounting(), await startCounting(), await startCounting(), await startCounting()]
    for (const [i, { peer }] of some.entries())
      for (const other of some.slice(0, i)) {
        await dial(peer, other.peer.network)
        await hearEachOther(peer, other.peer, 10_000)
      }
    const [author, ...others] = some
    for (let i = 0; i < 10; i++) await author.peer.network.publish(new TextEncoder().encode(`${i} of ten`))
    const signal = AbortSignal.timeout(10_000)
    for (const { peer } of others) while ((await peer.announced.take({ signal })).text !== '9 of ten');
    await aborted(AbortSignal.timeout(4 * RELAY_MS))
    expect(others.map(({ messages }) => messages())).toEqual([10, 10, 10])
  })
})
