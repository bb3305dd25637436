import { afterAll, expect, test } from 'vitest'
import { FIRST_WINDOW_BYTES, WINDOW_UPDATE_BYTES } from '../../../src/network/constants.ts'
import { openBetween } from '../../../src/testing/probe-peers.ts'
import { dial, type NodePeer, startNodePeer } from '../node-peer.ts'

/** Of yamux's frames. */
interface Header {
  readonly type: number
  readonly flag: number
  readonly length: number
}
const WINDOW_UPDATE = 1

const soon = () => ({ signal: AbortSignal.timeout(10_000) })
const peers: NodePeer[] = []
afterAll(() => Promise.all(peers.map(({ network }) => network.stop())))

test('a window is told of once much of it was used, and not for every message', async () => {
  const [a, b] = [await startNodePeer(), await startNodePeer()]
  peers.push(a, b)
  await dial(a, b.network)
  await b.connected.take(soon())
  const [connection] = b.node.libp2p.getConnections()
  const muxer: object = Reflect.get(connection, 'muxer')
  const send: (header: Header, data: unknown) => boolean = Reflect.get(muxer, 'sendFrame')
  let [updates, told] = [0, 0]
  Object.assign(muxer, {
    sendFrame(header: Header, data: unknown) {
      // One with a flag opens a stream.
      if (header.type === WINDOW_UPDATE && header.flag === 0) {
        updates++
        told += header.length
      }
      return send.call(muxer, header, data)
    },
  })

  const { near, far } = await openBetween(a, b, 'exchange', soon())
  for (let i = 0; i < 100; i++) {
    await near.write(new Uint8Array(100).fill(i), soon())
    expect((await far.read(soon()))?.[0]).toBe(i)
  }
  expect(updates).toBe(0)

  const many = 4 * FIRST_WINDOW_BYTES
  await Promise.all([near.write(new Uint8Array(many), soon()), far.read(soon())])
  expect(told).toBeGreaterThan(many - WINDOW_UPDATE_BYTES)
  expect(updates).toBeLessThanOrEqual(told / WINDOW_UPDATE_BYTES)
})
