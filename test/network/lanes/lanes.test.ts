import { afterAll, describe, expect, test, vi } from 'vitest'
import { MAX_LANES, SLOW_MS, TELLING_BYTES, TRIALS } from '../../../src/network/lanes/constants.ts'
import { LANE_PROTOCOL, PART_PROTOCOL } from '../../../src/network/protocols.ts'
import { openBetween } from '../../../src/testing/probe-peers.ts'
import { type NodePeer, startNodePeer } from '../node-peer.ts'
import { createSlowPath, type SlowPath, type SlowPathOptions } from '../slow-path.ts'
import { createStranger } from '../stranger.ts'

const MODEL_BYTES = 300_000
/** Over which a model takes long enough for lanes to be worth a try. */
const SLOW: SlowPathOptions = { delay: 15, rate: 220, isShared: false }

const soon = () => ({ signal: AbortSignal.timeout(20_000) })

test('a model of the tests is telling, and slow', () => {
  expect(MODEL_BYTES).toBeGreaterThan(TELLING_BYTES)
  expect(MODEL_BYTES / SLOW.rate).toBeGreaterThan(SLOW_MS)
})

// They wait more than they work.
describe.concurrent('lanes beside a connection', { timeout: 40_000 }, () => {
  const peers: NodePeer[] = []
  const paths: SlowPath[] = []
  afterAll(async () => {
    await Promise.all(peers.splice(0).map(({ network }) => network.stop()))
    await Promise.all(paths.splice(0).map(path => path.stop()))
  })

  async function overPath(options: SlowPathOptions) {
    const [a, b] = await Promise.all([startNodePeer(), startNodePeer()])
    peers.push(a, b)
    const port = Number(b.network.addresses()[0].split('/')[4])
    const path = await createSlowPath(port, options)
    paths.push(path)
    a.network.learn(b.network.self, [`/ip4/127.0.0.1/tcp/${path.port}`])
    const { near } = await openBetween(a, b, 'recipe', soon())
    near.abort(new Error('only the connection was wanted'))
    return { a, b, path }
  }

  const lanesIn = ({ node }: NodePeer) =>
    node.libp2p.getConnections().filter(({ streams }) => streams.some(({ protocol }) => protocol === PART_PROTOCOL))

  /** Has a model sent to the one that has dialled. @returns over how many lanes it went */
  async function sendModel(a: NodePeer, b: NodePeer): Promise<number> {
    const { near, far } = await openBetween(a, b, 'exchange', soon())
    const used = lanesIn(a).length
    const model = new Uint8Array(MODEL_BYTES).map((_, i) => i % 251)
    const [read] = await Promise.all([near.read(soon()), far.write(model, soon())])
    expect(Buffer.compare(read, model)).toBe(0)
    await Promise.all([near.close(soon()), far.close(soon())])
    return used
  }

  /** The last has been dialled a round trip before it is one. */
  const untilLanes = (a: NodePeer, b: NodePeer) =>
    vi.waitFor(
      async () => {
        const { near, far } = await openBetween(a, b, 'exchange', soon())
        const used = lanesIn(a).length
        await Promise.all([near.close(soon()), far.close(soon())])
        expect(used).toBe(MAX_LANES)
      },
      { timeout: 15_000, interval: 50 },
    )

  const have = (path: SlowPath, connections: number) =>
    vi.waitFor(() => expect(path.open()).toBe(connections), { timeout: 15_000, interval: 20 })

  test('are made where it is slow over a long way, and models go over them, from both sides', async () => {
    const { a, b, path } = await overPath(SLOW)
    expect(await sendModel(a, b)).toBe(0)
    await untilLanes(a, b)
    for (let model = 0; model < 3; model++) expect(await sendModel(a, b)).toBe(MAX_LANES)
    expect(path.open()).toBe(1 + MAX_LANES)
    const { near, far } = await openBetween(b, a, 'fetch', soon())
    expect(lanesIn(b)).toHaveLength(MAX_LANES)
    await Promise.all([near.close(soon()), far.close(soon())])
    // Of what is short nothing is cut.
    const short = await openBetween(a, b, 'settle', soon())
    expect(lanesIn(a)).toEqual([])
    await Promise.all([short.near.close(soon()), short.far.close(soon())])
    a.network.ban(b.network.self)
    await have(path, 0)
  })

  test('are folded where they share what one has', async () => {
    const { a, b, path } = await overPath({ ...SLOW, isShared: true })
    await sendModel(a, b)
    await untilLanes(a, b)
    for (let model = 0; model < TRIALS; model++) expect(await sendModel(a, b)).toBe(MAX_LANES)
    await have(path, 1)
    expect(await sendModel(a, b)).toBe(0)
    expect(path.open()).toBe(1)
  })

  test('that lead nowhere any more are ended when a stream over them breaks, and the next goes over the connection', async () => {
    const { a, b, path } = await overPath(SLOW)
    await sendModel(a, b)
    await untilLanes(a, b)
    const { near, far } = await openBetween(a, b, 'exchange', soon())
    path.holdOthers()
    for (const one of [near, far]) one.abort(new Error('nothing comes'))
    const isOpen = ({ status }: { status: string }) => status === 'open'
    await vi.waitFor(
      () => {
        for (const { node } of [a, b]) expect(node.libp2p.getConnections().filter(isOpen)).toHaveLength(1)
      },
      { timeout: 20_000, interval: 50 },
    )
    expect(await sendModel(a, b)).toBe(0)
  })

  test('are for members: a stranger gets none', async () => {
    const b = await startNodePeer()
    peers.push(b)
    const stranger = await createStranger()
    try {
      const connection = await stranger.dial(b.network, soon())
      const ended = new Promise(resolve => connection.addEventListener('close', resolve))
      const asked = connection.newStream(LANE_PROTOCOL, soon()).catch(() => undefined)
      await ended
      expect((await asked)?.status).not.toBe('open')
      expect(b.network.connections()).toEqual([])
    } finally {
      await stranger.stop()
    }
  })
})
