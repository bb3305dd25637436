import type { Connection } from '@libp2p/interface'
import { afterEach, describe, expect, test } from 'vitest'
import { MAX_MESH_MESSAGE_BYTES } from '../../../src/network/constants.ts'
import { REPLACED_MS } from '../../../src/network/gate/constants.ts'
import { aborted } from '../../../src/testing/probe-peers.ts'
import { busySince, dial, hearEachOther, type NodePeer, startNodePeer } from '../node-peer.ts'

/** Within this both hear each other again: two heartbeats of gossipsub. A busy machine has more. */
const HEALED_MS = 2_000
const GOSSIP = '/meshsub/'
const never = () => new Promise<never>(() => {})
const soon = () => ({ signal: AbortSignal.timeout(10_000) })

/** When the one fails after the other was dialled, in milliseconds: before it is known for a member's, while it is being taken up, and after. */
const PHASES = [0, 10, 100, 1_000]

/** The last one: by then the other is known for a member's, on a machine that is not busy. */
const KNOWN_MS = 1_000

const gossipOf = (connection: Connection) => connection.streams.filter(({ protocol }) => protocol.startsWith(GOSSIP))

const CUTS = {
  'the connection': (connection: Connection) => connection.abort(new Error('the cable was pulled')),
  'its streams of gossip': (connection: Connection) => {
    for (const stream of gossipOf(connection)) stream.abort(new Error('this stream failed'))
  },
}

describe('several connections to one member', { timeout: 90_000 }, () => {
  const peers: NodePeer[] = []
  afterEach(async () => {
    await Promise.all(peers.splice(0).map(({ network }) => network.stop()))
  })

  async function start(...given: Parameters<typeof startNodePeer>): Promise<NodePeer> {
    const peer = await startNodePeer(...given)
    peers.push(peer)
    return peer
  }

  /** Two that hear each other over one connection; how long that has taken, in milliseconds, is how busy the machine is. */
  async function startTwo(...given: Parameters<typeof startNodePeer>) {
    const began = performance.now()
    const [a, b] = [await start(), await start(...given)]
    const first = await dial(a, b.network)
    await hearEachOther(a, b, 30_000)
    const busy = busySince(began)
    return { a, b, first, busy, healed: () => hearEachOther(a, b, HEALED_MS + busy) }
  }

  const openBetween = (a: NodePeer, b: NodePeer) => a.node.libp2p.getConnections(b.node.libp2p.peerId)

  /** The same connection, as the other side has it. */
  function otherEnd(connection: Connection, there: NodePeer, here: NodePeer): Connection {
    const [older, newer] = openBetween(there, here).sort((x, y) => x.timeline.open - y.timeline.open)
    const isOlder = openBetween(here, there).every(({ timeline }) => connection.timeline.open <= timeline.open)
    const found = isOlder ? older : (newer ?? older)
    if (found === undefined) throw new Error('there is no connection')
    return found
  }

  describe.each(Object.entries(CUTS))('of which %s fails', (_what, cut) => {
    test.each([
      { which: 'older', by: 'the same side' },
      { which: 'older', by: 'the other side' },
      { which: 'newer', by: 'the same side' },
      { which: 'newer', by: 'the other side' },
    ])(
      'do not silence either while another stands: the $which, where $by has dialled the newer',
      async ({ which, by }) => {
        async function tryPhase(phase: number, seenBy: 'here' | 'there'): Promise<void> {
          const { a, b, first, busy, healed } = await startTwo()
          const second = by === 'the same side' ? await dial(a, b.network) : await dial(b, a.network)
          const here = which === 'older' || by === 'the same side' ? a : b
          // Before the older one is closed for good.
          const known = Math.min(KNOWN_MS + busy, REPLACED_MS / 2)
          await aborted(AbortSignal.timeout(phase < KNOWN_MS ? phase : known))
          const failing = which === 'older' ? first : second
          cut(seenBy === 'here' ? failing : otherEnd(failing, here === a ? b : a, here))
          await healed()
          if (phase < KNOWN_MS || known < KNOWN_MS + busy) return
          // What stands is enough: nobody was lost.
          for (const { disconnected } of [a, b]) {
            await expect(disconnected.take({ signal: AbortSignal.abort() })).rejects.toThrow()
          }
        }
        await Promise.all(PHASES.flatMap(phase => [tryPhase(phase, 'here'), tryPhase(phase, 'there')]))
      },
    )
  })

  test('are settled by one side where each counts another, and gossip goes on meanwhile', async () => {
    // To one of them what is newer seems to be older by far.
    const opened = new WeakSet<Connection>()
    const { a, b, busy, healed } = await startTwo({}, ({ libp2p }) =>
      libp2p.addEventListener('connection:open', ({ detail }) => {
        if (opened.has(detail)) return
        opened.add(detail)
        detail.timeline.open -= 2 * REPLACED_MS * libp2p.getConnections().length
      }),
    )
    await dial(a, b.network)
    const until = AbortSignal.timeout(2 * REPLACED_MS + busy)
    while (openBetween(a, b).length + openBetween(b, a).length > 2) {
      until.throwIfAborted()
      await healed()
    }
    await healed()
    expect([a.network.connections(), b.network.connections()]).toEqual([[b.network.self], [a.network.self]])
    for (const { disconnected } of [a, b]) {
      await expect(disconnected.take({ signal: AbortSignal.abort() })).rejects.toThrow()
    }
  })

  test('come about when both dial at the same moment, and neither is silenced', async () => {
    await Promise.all(
      Array.from({ length: 4 }, async () => {
        const [a, b] = [await start(), await start()]
        const began = performance.now()
        await Promise.all([dial(a, b.network), dial(b, a.network)])
        await hearEachOther(a, b, HEALED_MS + busySince(began))
      }),
    )
  })

  test('a neighbour that is not understood any more opens another stream', async () => {
    const { first, healed } = await startTwo()
    const [stream] = gossipOf(first).filter(({ direction }) => direction === 'outbound')
    const length = MAX_MESH_MESSAGE_BYTES + 1
    const varint = [(length & 0x7f) | 0x80, ((length >> 7) & 0x7f) | 0x80, length >> 14]
    stream?.send(Uint8Array.from(varint))
    await healed()
    expect(stream?.status).not.toBe('open')
  })

  test('a member that answers nothing does not hold up the gossip with others', async () => {
    const [a, b, deaf] = [await start(), await start(), await start()]
    a.node.libp2p.addEventListener('connection:open', ({ detail }) => {
      if (detail.remotePeer.toString() !== deaf.network.self) return
      const { newStream } = detail
      detail.newStream = (protocols, options) =>
        [protocols].flat().some(each => each.startsWith(GOSSIP)) ? never() : newStream(protocols, options)
    })
    const began = performance.now()
    await dial(a, deaf.network)
    expect(await a.connected.take(soon())).toBe(deaf.network.self)
    await dial(a, b.network)
    await hearEachOther(a, b, HEALED_MS + busySince(began))
  })
})
