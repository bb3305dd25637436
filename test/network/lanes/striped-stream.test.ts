import { afterEach, describe, expect, test } from 'vitest'
import type { FrameStream } from '../../../src/gossip/ports.ts'
import { ProtocolError } from '../../../src/gossip/streams/stream-errors.ts'
import { createGathering, stripe } from '../../../src/network/lanes/stripes.ts'
import { networkCompliance } from '../../../src/testing/network-compliance.ts'
import { openBetween, type Peer, startPeer } from '../../../src/testing/probe-peers.ts'
import { createLibp2pWorld } from '../libp2p-world.ts'
import { stripedNetwork } from './striped-network.ts'

/** What holds of a stream, and not of as many as a stream in parts is: each has a window of its own, and a connection has so many. */
const OF_EACH_PART = [
  'stalls the writer of a reader that does not read, again and again, and loses nothing',
  'serves several streams at once',
]

describe('a network of streams in parts', () => {
  for (const { title, run } of networkCompliance(createLibp2pWorld(stripedNetwork))) {
    test.skipIf(OF_EACH_PART.includes(title))(title, run)
  }
})

describe('a stream in parts', () => {
  const world = createLibp2pWorld()
  afterEach(() => world.stop())
  const soon = () => ({ signal: AbortSignal.timeout(10_000) })

  async function pair(): Promise<readonly [Peer, Peer]> {
    const [a, b] = await Promise.all((await world.create(2)).map(network => startPeer(network)))
    a.network.learn(b.network.self, b.network.addresses())
    return [a, b]
  }

  /** Both ends of as many parts as there may be. */
  async function ends(): Promise<{ near: FrameStream[]; far: FrameStream[] }> {
    const [a, b] = await pair()
    const opened = []
    for (let part = 0; part < 4; part++) opened.push(await openBetween(a, b, 'exchange', soon()))
    return { near: opened.map(({ near }) => near), far: opened.map(({ far }) => far) }
  }

  async function put(parts: readonly FrameStream[]): Promise<FrameStream> {
    const gathering = createGathering()
    const whole = (await Promise.all(parts.map(gathering.take))).find(one => one !== undefined)
    if (whole === undefined) throw new Error('its parts make no whole')
    return whole.stream
  }

  test('keeps the order of what the parts bring in any order', async () => {
    const { near, far } = await ends()
    const [first, ...others] = near
    // A part on which everything comes late.
    const slow: FrameStream = {
      ...first,
      async write(frame, options) {
        await new Promise(resolve => setTimeout(resolve, 20))
        await first.write(frame, options)
      },
    }
    const [here, there] = await Promise.all([stripe('exchange', [slow, ...others], soon()), put(far)])
    const frames = Array.from({ length: 24 }, (_, i) => new Uint8Array(50_000 + i).fill(i))
    const written = (async () => {
      for (const frame of frames) await here.write(frame, soon())
      await here.close(soon())
    })()
    for (const frame of frames) expect(Buffer.compare(await there.read(soon()), frame)).toBe(0)
    await expect(there.read(soon())).rejects.toMatchObject({ name: 'StreamEndedError' })
    await written
    // All have carried some of it.
    for (const part of others) expect(part.traffic.bytesOut).toBeGreaterThan(50_000)
  })

  test('breaks as a whole where one part does', async () => {
    const { near, far } = await ends()
    const [here, there] = await Promise.all([stripe('exchange', near, soon()), put(far)])
    far[2].abort(new Error('the cable was pulled'))
    await expect(here.read(soon())).rejects.toMatchObject({ name: 'ConnectionLostError' })
    await expect(there.read(soon())).rejects.toThrow()
    for (const part of near) await expect(part.read(soon())).rejects.toThrow()
  })

  test('is refused where its parts do not go together, and none of them is kept', async () => {
    const { near, far } = await ends()
    const header = (parts: number, index: number) =>
      Buffer.concat([Uint8Array.of(0, parts, index), Buffer.alloc(16, 7)])
    const gathering = createGathering()
    for (const [part, bytes] of [header(3, 0), header(3, 1), header(3, 1)].entries())
      await near[part].write(bytes, soon())
    expect(await gathering.take(far[0])).toBeUndefined()
    expect(await gathering.take(far[1])).toBeUndefined()
    await expect(gathering.take(far[2])).rejects.toThrow(ProtocolError)
    await expect(near[0].read(soon())).rejects.toMatchObject({ name: 'ConnectionLostError' })
  })

  test.each([
    ['no channel', [7, 2, 0]],
    ['more parts than there may be', [0, 5, 0]],
    ['no parts', [0, 0, 0]],
    ['a part beyond the last', [0, 2, 2]],
  ])('is refused where a part begins with %s', async (_, words) => {
    const { near, far } = await ends()
    await near[0].write(Buffer.concat([Uint8Array.from(words), Buffer.alloc(16)]), soon())
    await expect(createGathering().take(far[0])).rejects.toThrow(ProtocolError)
  })

  test('of which the same piece comes twice is reset', async () => {
    const { near, far } = await ends()
    const [, there] = await Promise.all([stripe('exchange', near, soon()), put(far)])
    const piece = Buffer.from([0, 0, 0, 1, 42])
    await near[0].write(piece, soon())
    await near[1].write(piece, soon())
    await expect(there.read(soon())).rejects.toThrow(ProtocolError)
  })
})
