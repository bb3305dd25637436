import type { Libp2p, PeerInfo } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { afterAll, describe, expect, test } from 'vitest'
import { LIVENESS_ANSWER_MS, LIVENESS_LOOK_MS, LIVENESS_SILENT_MS } from '../../src/network/constants.ts'
import { keepConnected } from '../../src/network/dialling.ts'
import type { InterfaceWatch } from '../../src/network/interfaces.ts'
import { createRandom } from '../../src/random/random.ts'
import { createMailbox } from '../../src/testing/mailbox.ts'
import { aborted } from '../../src/testing/probe-peers.ts'
import { createHeldPath, type HeldPath } from './held-path.ts'
import { busySince, hearEachOther, type NodePeer, startNodePeer } from './node-peer.ts'

/** What the issue asks for. */
const HEALED_MS = 10_000

/** A sign of a move is looked into at once: sooner than silence would be. */
const HEALED_BY_SIGN_MS = LIVENESS_ANSWER_MS + 2_000
const soon = () => ({ signal: AbortSignal.timeout(10_000) })

// They wait more than they work.
describe.concurrent('a connection that does not lead to its member any more', { timeout: 90_000 }, () => {
  const peers: NodePeer[] = []
  const paths: HeldPath[] = []
  afterAll(async () => {
    await Promise.all(peers.splice(0).map(({ network }) => network.stop()))
    await Promise.all(paths.splice(0).map(path => path.stop()))
  })

  async function start(...given: Parameters<typeof startNodePeer>): Promise<NodePeer> {
    const peer = await startNodePeer(...given)
    peers.push(peer)
    return peer
  }

  const portOf = ({ network }: NodePeer) => Number(network.addresses()[0]?.split('/')[4])

  /** Two that hear each other over a path that can be held; the first has dialled, and knows of no other way yet. */
  async function overPath(...given: Parameters<typeof startNodePeer>) {
    const began = performance.now()
    const [a, b] = [await start(...given), await start()]
    const path = await createHeldPath(portOf(b))
    paths.push(path)
    const before = `/ip4/127.0.0.1/tcp/${path.port}`
    a.network.learn(b.network.self, [before])
    const connection = await a.node.libp2p.dial(multiaddr(before), soon())
    expect(await b.connected.take(soon())).toBe(a.network.self)
    await hearEachOther(a, b, 30_000)
    a.network.learn(b.network.self, [before])
    const busy = busySince(began)
    const hears = (milliseconds: number) => hearEachOther(a, b, milliseconds + busy)
    return { a, b, hears, path, before, connection, after: b.network.addresses() }
  }

  test('is found out by its silence, and replaced by one to where the member is now', async () => {
    const { a, b, hears, path, after } = await overPath()
    b.network.learn(a.network.self, [])
    // It says nothing new later on.
    a.network.learn(b.network.self, after)
    await aborted(AbortSignal.timeout(LIVENESS_LOOK_MS))
    await hears(10_000)
    path.hold()
    await hears(HEALED_MS)
  })

  test('is looked into as soon as the member announces another address', async () => {
    const { a, b, hears, path, after } = await overPath()
    path.hold()
    a.network.learn(b.network.self, after)
    await hears(HEALED_BY_SIGN_MS)
  })

  test('is looked into as soon as the member is found elsewhere on the local network', async () => {
    let found = (_peer: PeerInfo) => {}
    const { b, hears, path, before, after } = await overPath({}, node =>
      Object.assign(node, {
        whenFound(handler: typeof found) {
          found = handler
        },
      }),
    )
    const { peerId } = b.node.libp2p
    found({ id: peerId, multiaddrs: [multiaddr(before)] })
    path.hold()
    found({ id: peerId, multiaddrs: after.map(text => multiaddr(text)) })
    await hears(HEALED_BY_SIGN_MS)
  })

  test('is looked into as soon as the addresses of this machine change, which others are told', async () => {
    let change: Parameters<InterfaceWatch['whenChanged']>[0] = () => {}
    const interfaces: Pick<InterfaceWatch, 'whenChanged'> = {
      whenChanged(handler) {
        change = handler
        return () => {}
      },
    }
    const moved = createMailbox<string>()
    const { a, b, hears, path, after } = await overPath({ interfaces }, () => {}, { moved: () => moved.put('moved') })
    a.network.learn(b.network.self, after)
    await aborted(AbortSignal.timeout(LIVENESS_ANSWER_MS))
    path.hold()
    change([], [])
    expect(await moved.take({ signal: AbortSignal.abort() })).toBe('moved')
    await hears(HEALED_BY_SIGN_MS)
  })

  test('is ended where there is no other way, and made again when there is', async () => {
    const { a, b, hears, path, connection, before } = await overPath({ listen: [] })
    // What libp2p's own identify has told of other ways.
    await a.node.libp2p.peerStore.patch(b.node.libp2p.peerId, { multiaddrs: [multiaddr(before)] })
    path.hold()
    expect(await a.disconnected.take({ signal: AbortSignal.timeout(2 * HEALED_MS) })).toBe(b.network.self)
    expect(connection.status).toBe('aborted')
    path.release()
    await hears(HEALED_MS)
  })

  test('is not ended because its member is busy for some seconds', async () => {
    const { a, b, hears, path, connection } = await overPath()
    path.hold()
    await aborted(AbortSignal.timeout(LIVENESS_SILENT_MS + LIVENESS_ANSWER_MS + 2 * LIVENESS_LOOK_MS))
    path.release()
    await hears(2_000)
    await aborted(AbortSignal.timeout(LIVENESS_SILENT_MS))
    expect(connection.status).toBe('open')
    for (const { disconnected } of [a, b]) {
      await expect(disconnected.take({ signal: AbortSignal.abort() })).rejects.toThrow()
    }
  })
})

test('an address that could not be reached is tried again as soon as the addresses of this machine change', async () => {
  const dials = createMailbox<string>()
  const node = {
    async dial(address: unknown) {
      dials.put(String(address))
      throw new Error('ENETUNREACH')
    },
  } as unknown as Libp2p
  const stopping = new AbortController()
  let retry = new AbortController()
  const gate = { standing: () => new Promise<never>(() => {}) }
  const address = multiaddr('/ip4/192.0.2.1/tcp/4001')
  const warnings = createMailbox<string>()
  const kept = keepConnected(node, gate, address, createRandom(1), warnings.put, {
    signal: stopping.signal,
    retry: () => retry.signal,
  })
  // After four failures it waits for two seconds at the least.
  for (let times = 0; times < 4; times++) await dials.take(soon())
  await expect(dials.take({ signal: AbortSignal.timeout(1_000) })).rejects.toThrow()
  const before = retry
  retry = new AbortController()
  before.abort()
  await dials.take({ signal: AbortSignal.timeout(500) })
  stopping.abort()
  await kept
}, 30_000)
