/**
 * Compliance of drivers of the Network port, whether its time and its wires are real or not.
 *
 * @packageDocumentation
 */

import assert from 'node:assert/strict'
import type { AbortOptions, Channel, FrameStream, Network } from '../gossip/ports.ts'
import { type ComplianceTest, onStage } from './compliance-test.ts'
import { aborted, announceUntil, connect, openBetween, type Peer, startPeer } from './probe-peers.ts'

/** The world that a driver is tested in. */
export interface World {
  /** Networks that are not started yet. Once started, each can reach those whose addresses it has learned. */
  create(count: number): Promise<Network[]>
  /** Runs a test; time passes while it does. */
  run<T>(body: () => Promise<T>): Promise<T>
  /** Aborted after so many milliseconds of this world's time. */
  signal(milliseconds: number): AbortSignal
  /** Stops all networks created so far. */
  stop(): Promise<void>
  /** The longest frame that may be written. */
  readonly maxFrameBytes: number
}

const KiB = 1024
const MiB = 1024 * KiB
const DEADLINE_MS = 10_000
/** A write that takes longer than this has stalled. */
const STALL_MS = 400
/** The bytes by which a writer may be ahead of a reader that does not read, at most. */
const MAX_AHEAD_BYTES = 16 * MiB
const CHANNELS: readonly Channel[] = ['recipe', 'exchange', 'settle', 'fetch']

/**
 * The tests of every driver of the {@link Network} port.
 *
 * @param world in which the driver runs
 * @returns tests, of which any runner makes its own
 */
export function networkCompliance(world: World): readonly ComplianceTest[] {
  const tests: ComplianceTest[] = []
  const it = (title: string, body: () => Promise<void>) => {
    tests.push(onStage(world, title, () => world.run(body)))
  }

  const soon = (): AbortOptions => ({ signal: world.signal(DEADLINE_MS) })

  async function start(count: number): Promise<Peer[]> {
    const networks = await world.create(count)
    const peers = await Promise.all(networks.map(network => startPeer(network)))
    for (const { network } of peers) {
      for (const other of networks) network.learn(other.self, other.addresses())
    }
    return peers
  }

  async function openPair(): Promise<{ a: Peer; b: Peer; near: FrameStream; far: FrameStream }> {
    const [a, b] = (await start(2)) as [Peer, Peer]
    return { a, b, ...(await openBetween(a, b, 'exchange', soon())) }
  }

  /** The error of an operation that must fail by itself, not because its deadline passes. */
  async function failureOf(operation: (options: AbortOptions) => Promise<unknown>): Promise<Error> {
    const options = soon()
    let result: unknown
    try {
      result = await operation(options)
    } catch (error) {
      options.signal.throwIfAborted()
      return error as Error
    }
    throw new Error(`it was expected to fail and gave ${result}`)
  }

  /** Writes numbered frames until one does not get through, and returns how many did. */
  async function writeUntilStalled(stream: FrameStream): Promise<number> {
    const frameBytes = 256 * KiB
    for (let i = 0; i * frameBytes <= MAX_AHEAD_BYTES; i++) {
      const signal = world.signal(STALL_MS)
      try {
        await stream.write(pattern(frameBytes, i), { signal })
      } catch (error) {
        if (!signal.aborted) throw error
        return i
      }
    }
    throw new Error(`${MAX_AHEAD_BYTES} bytes were written to a reader that does not read`)
  }

  /** Sends back what comes, until it ends. */
  async function echo(stream: FrameStream): Promise<void> {
    for (;;) {
      let frame: Uint8Array
      try {
        frame = await stream.read(soon())
      } catch (error) {
        if ((error as Error).name !== 'StreamEndedError') throw error
        return stream.close(soon())
      }
      // The next read overwrites it, perhaps before it has left.
      await stream.write(frame.slice(), soon())
    }
  }

  it('carries frames whole and in order, from empty to the longest', async () => {
    const { near, far } = await openPair()
    const sizes = [0, 1, 64 * KiB, 256 * KiB + 4, world.maxFrameBytes, 0, 3]
    const written = (async () => {
      for (const [i, size] of sizes.entries()) await near.write(pattern(size, i), soon())
    })()
    for (const [i, size] of sizes.entries()) expectSame(await far.read(soon()), pattern(size, i))
    await written
  })

  it('lets the writer use the memory of a frame again once the other side has read it', async () => {
    const { near, far } = await openPair()
    const frame = new Uint8Array(256 * KiB)
    for (let i = 0; i < 16; i++) {
      frame.set(pattern(frame.byteLength, i))
      await near.write(frame, soon())
      expectSame(await far.read(soon()), pattern(frame.byteLength, i))
    }
  })

  it('leaves a frame that was read alone until the next read, whatever arrives meanwhile', async () => {
    const { near, far } = await openPair()
    const sizes = [64 * KiB, 256 * KiB + 4, 64 * KiB, 64 * KiB]
    const written = (async () => {
      for (const [i, size] of sizes.entries()) await near.write(pattern(size, i), soon())
      await near.close(soon())
    })()
    for (const [i, size] of sizes.entries()) {
      const frame = await far.read(soon())
      if (i === 0) await written
      expectSame(frame, pattern(size, i))
    }
  })

  it('gives frames whose bytes can be seen as numbers of any type', async () => {
    const { near, far } = await openPair()
    for (const size of [3, 64 * KiB, 5, 256 * KiB]) {
      await near.write(pattern(size, 1), soon())
      assert.equal((await far.read(soon())).byteOffset % Float64Array.BYTES_PER_ELEMENT, 0)
    }
  })

  it('counts the bytes of each stream, the same ones at both ends', async () => {
    const { a, b, near, far } = await openPair()
    const other = await openBetween(a, b, 'fetch', soon())
    // A lane may have said its name.
    const before = { ...other.near.traffic }
    const [thither, hither] = [
      [0, 64 * KiB, 300 * KiB],
      [5, 0, 70 * KiB],
    ]
    for (const size of thither) await Promise.all([near.write(pattern(size, 1), soon()), far.read(soon())])
    for (const size of hither) await Promise.all([far.write(pattern(size, 1), soon()), near.read(soon())])
    assert.deepEqual(near.traffic, { bytesIn: far.traffic.bytesOut, bytesOut: far.traffic.bytesIn })
    assert.deepEqual(other.near.traffic, before)
    // A few bytes for each frame may be told of its length.
    for (const [counted, sizes] of [
      [near.traffic.bytesOut, thither],
      [near.traffic.bytesIn, hither],
    ] as const) {
      const bytes = sizes.reduce((sum, size) => sum + size, 0)
      assert.ok(counted >= bytes)
      assert.ok(counted <= bytes + 8 * sizes.length)
    }
  })

  it('refuses to write a frame that is longer than the longest', async () => {
    const { near, far } = await openPair()
    const error = await failureOf(options => near.write(new Uint8Array(world.maxFrameBytes + 1), options))
    assert.equal(error.name, 'ProtocolError')
    await near.write(pattern(5, 0), soon())
    expectSame(await far.read(soon()), pattern(5, 0))
  })

  it('refuses to read a frame that is longer than expected, and resets the stream', async () => {
    const { near, far } = await openPair()
    await near.write(pattern(100, 0), soon())
    await near.write(pattern(101, 1), soon())
    expectSame(await far.read({ ...soon(), most: 100 }), pattern(100, 0))
    assert.equal((await failureOf(options => far.read({ ...options, most: 100 }))).name, 'ProtocolError')
    await failureOf(options => far.read(options))
    assert.equal((await failureOf(options => near.read(options))).name, 'ConnectionLostError')
  })

  it('carries frames in both directions at once', async () => {
    const { near, far } = await openPair()
    const count = 32
    const send = async (stream: FrameStream, seed: number) => {
      for (let i = 0; i < count; i++) await stream.write(pattern(64 * KiB, seed + i), soon())
    }
    const receive = async (stream: FrameStream, seed: number) => {
      for (let i = 0; i < count; i++) expectSame(await stream.read(soon()), pattern(64 * KiB, seed + i))
    }
    await Promise.all([send(near, 0), send(far, 100), receive(near, 100), receive(far, 0)])
  })

  it('says who is at the other end', async () => {
    const { a, b, near, far } = await openPair()
    assert.equal(near.peer, b.network.self)
    assert.equal(far.peer, a.network.self)
  })

  it('ends one direction and leaves the other open', async () => {
    const { near, far } = await openPair()
    for (let i = 0; i < 3; i++) await near.write(pattern(1_000, i), soon())
    await near.close(soon())
    for (let i = 0; i < 3; i++) expectSame(await far.read(soon()), pattern(1_000, i))
    assert.equal((await failureOf(options => far.read(options))).name, 'StreamEndedError')
    assert.equal((await failureOf(options => far.read(options))).name, 'StreamEndedError')

    await far.write(pattern(2_000, 7), soon())
    await far.close(soon())
    expectSame(await near.read(soon()), pattern(2_000, 7))
    assert.equal((await failureOf(options => near.read(options))).name, 'StreamEndedError')
    near.abort(new Error('after the end, which is harmless'))
  })

  it('keeps what was written before the end for a reader that comes late', async () => {
    const { near, far } = await openPair()
    const count = 12
    const written = (async () => {
      for (let i = 0; i < count; i++) await near.write(pattern(256 * KiB, i), soon())
      await near.close(soon())
    })()
    await far.close(soon())
    assert.equal((await failureOf(options => near.read(options))).name, 'StreamEndedError')
    for (let i = 0; i < count; i++) expectSame(await far.read(soon()), pattern(256 * KiB, i))
    assert.equal((await failureOf(options => far.read(options))).name, 'StreamEndedError')
    await written
  })

  it('rejects reads and writes at both ends after an abort', async () => {
    const { near, far } = await openPair()
    const reason = new Error('enough')
    const pending = [failureOf(options => near.read(options)), failureOf(options => far.read(options))] as const
    near.abort(reason)
    assert.equal(await pending[0], reason)
    assert.equal((await pending[1]).name, 'ConnectionLostError')
    for (const stream of [near, far]) {
      await failureOf(options => stream.read(options))
      await failureOf(options => stream.write(pattern(1, 0), options))
      await failureOf(options => stream.close(options))
    }
    near.abort(new Error('again, which is harmless'))
  })

  it('rejects a write that waits for a reader who aborts', async () => {
    const { near, far } = await openPair()
    await writeUntilStalled(near)
    const pending = failureOf(options => near.write(pattern(1, 0), options))
    far.abort(new Error('no time'))
    assert.equal((await pending).name, 'ConnectionLostError')
  })

  it('takes an abort by the other side for a lost connection, whatever comes next', async () => {
    const { near, far } = await openPair()
    near.abort(new Error('enough'))
    assert.equal((await failureOf(options => far.read(options))).name, 'ConnectionLostError')
    assert.equal((await failureOf(options => far.read(options))).name, 'ConnectionLostError')
    assert.equal((await failureOf(options => far.write(pattern(1, 0), options))).name, 'ConnectionLostError')
    assert.equal((await failureOf(options => far.close(options))).name, 'ConnectionLostError')
  })

  it('stalls the writer of a reader that does not read, again and again, and loses nothing', async () => {
    const { near, far } = await openPair()
    const [frameBytes, count] = [256 * KiB, 128]
    let written = 0
    let read = 0
    const writing = (async () => {
      for (; written < count; written++) await near.write(pattern(frameBytes, written), soon())
    })()
    const readOne = async () => expectSame(await far.read(soon()), pattern(frameBytes, read++))
    for (let round = 0; round < 3; round++) {
      for (let before = -1; before !== written; ) {
        before = written
        await aborted(world.signal(STALL_MS / 2))
      }
      assert.ok((written - read) * frameBytes < MAX_AHEAD_BYTES)
      for (let i = 0; i < 8; i++) await readOne()
    }
    while (read < count) await readOne()
    await writing
  })

  it('delivers what was sent and ended before anybody looked', async () => {
    const [a, b] = (await world.create(2)) as [Network, Network]
    await startPeer(a)
    await startPeer(b, {
      async stream(_channel, stream) {
        await stream.write(pattern(100, 1), soon())
        await stream.close(soon())
      },
    })
    a.learn(b.self, b.addresses())
    for (let times = 0; times < 10; times++) {
      const stream = await a.open(b.self, 'fetch', soon())
      expectSame(await stream.read(soon()), pattern(100, 1))
      assert.equal((await failureOf(options => stream.read(options))).name, 'StreamEndedError')
      await stream.close(soon())
    }
  })

  it('does not hold up a stream because another one is stalled', async () => {
    const { a, b, near } = await openPair()
    await writeUntilStalled(near)
    const other = await openBetween(a, b, 'exchange', soon())
    for (let i = 0; i < 8; i++) {
      await other.near.write(pattern(64 * KiB, i), soon())
      expectSame(await other.far.read(soon()), pattern(64 * KiB, i))
      await other.far.write(pattern(64 * KiB, -i), soon())
      expectSame(await other.near.read(soon()), pattern(64 * KiB, -i))
    }
  })

  it('serves several streams at once', async () => {
    const [a, b] = (await start(2)) as [Peer, Peer]
    await Promise.all(
      Array.from({ length: 8 }, async (_, k) => {
        const near = await a.network.open(b.network.self, 'fetch', soon())
        const { stream: far } = await b.accepted.take(soon())
        const echoed = echo(far)
        for (let i = 0; i < 8; i++) {
          await near.write(pattern(32 * KiB, 10 * k + i), soon())
          expectSame(await near.read(soon()), pattern(32 * KiB, 10 * k + i))
        }
        await near.close(soon())
        await echoed
      }),
    )
  })

  it('keeps channels apart', async () => {
    const [a, b] = (await start(2)) as [Peer, Peer]
    for (const channel of CHANNELS) {
      const near = await a.network.open(b.network.self, channel, soon())
      const { channel: seen, stream: far } = await b.accepted.take(soon())
      assert.equal(seen, channel)
      await near.write(new TextEncoder().encode(channel), soon())
      assert.equal(new TextDecoder().decode(await far.read(soon())), channel)
    }
  })

  it('resets a stream whose handler rejects', async () => {
    const [a, b] = (await world.create(2)) as [Network, Network]
    await startPeer(a)
    await startPeer(b, {
      async stream() {
        throw new Error('not today')
      },
    })
    a.learn(b.self, b.addresses())
    const error = await failureOf(async options => {
      const stream = await a.open(b.self, 'exchange', options)
      await stream.read(options)
    })
    assert.equal(error.name, 'ConnectionLostError')
  })

  it('cancels a read when its signal is aborted, and loses no frame by it', async () => {
    const { near, far } = await openPair()
    const cancel = new AbortController()
    const reading = far.read({ signal: cancel.signal })
    cancel.abort(new Error('not now'))
    await assert.rejects(reading, /not now/)
    await near.write(pattern(100, 1), soon())
    expectSame(await far.read(soon()), pattern(100, 1))
    await near.write(pattern(100, 2), soon())
    await assert.rejects(far.read({ signal: cancel.signal }), /not now/)
    expectSame(await far.read(soon()), pattern(100, 2))
  })

  it('cancels a stalled write when its signal is aborted', async () => {
    const { near } = await openPair()
    await writeUntilStalled(near)
    const cancel = new AbortController()
    const writing = near.write(pattern(1, 0), { signal: cancel.signal })
    cancel.abort(new Error('not now'))
    await assert.rejects(writing, /not now/)
  })

  it('cancels opening when its signal is aborted', async () => {
    const [a, b] = (await start(2)) as [Peer, Peer]
    const cancel = new AbortController()
    const opening = a.network.open(b.network.self, 'exchange', { signal: cancel.signal })
    cancel.abort(new Error('not now'))
    await assert.rejects(opening, /not now/)
    await assert.rejects(a.network.open(b.network.self, 'exchange', { signal: cancel.signal }), /not now/)
  })

  it('cannot open a stream to a peer it knows nothing of', async () => {
    const [a, b] = (await world.create(2)) as [Network, Network]
    await startPeer(a)
    await failureOf(options => a.open(b.self, 'exchange', options))
    await failureOf(options => a.open('nobody', 'exchange', options))
  })

  it('cannot open a stream to a peer that has stopped', async () => {
    const [a, b] = (await start(2)) as [Peer, Peer]
    await b.network.stop()
    await failureOf(options => a.network.open(b.network.self, 'exchange', options))
  })

  it('says whom it has dialled in vain, until that one comes', async () => {
    const [a, b] = (await world.create(2)) as [Network, Network]
    const here = await startPeer(a)
    const unreached = () => a.unreached?.().map(({ peer }) => peer)
    if (unreached() === undefined) return
    assert.deepEqual(unreached(), [])
    await failureOf(options => a.open(b.self, 'exchange', options))
    assert.deepEqual(unreached(), [b.self])
    await failureOf(options => a.open(b.self, 'exchange', options))
    const there = await startPeer(b)
    await connect(there, here, soon())
    assert.equal(await here.connected.take(soon()), b.self)
    assert.deepEqual(unreached(), [])
    await openBetween(here, there, 'exchange', soon())
  })

  it('ignores addresses that are none', async () => {
    const [a, b] = (await start(2)) as [Peer, Peer]
    a.network.learn(b.network.self, ['', 'nonsense', '/ip4/1.2.3', 'x'.repeat(10_000)])
    a.network.learn('nobody', b.network.addresses())
    await openBetween(a, b, 'exchange', soon())
  })

  it('tells when a peer is connected and when no more', async () => {
    const { a, b } = await openPair()
    assert.equal(await a.connected.take(soon()), b.network.self)
    assert.equal(await b.connected.take(soon()), a.network.self)
    assert.deepEqual(a.network.connections(), [b.network.self])
    assert.deepEqual(b.network.connections(), [a.network.self])
    await b.network.stop()
    assert.equal(await a.disconnected.take(soon()), b.network.self)
    assert.deepEqual(a.network.connections(), [])
  })

  it('cuts off a banned peer and refuses it from then on', async () => {
    const { a, b, near, far } = await openPair()
    const pending = [failureOf(options => near.read(options)), failureOf(options => far.read(options))]
    a.network.ban(b.network.self)
    for (const error of await Promise.all(pending)) assert.equal(error.name, 'ConnectionLostError')
    assert.equal(await a.disconnected.take(soon()), b.network.self)
    await failureOf(options => a.network.open(b.network.self, 'exchange', options))
    await failureOf(async options => {
      const stream = await b.network.open(a.network.self, 'exchange', options)
      await stream.read(options)
    })
    assert.deepEqual(a.network.connections(), [])
  })

  it('ends its streams when it stops, and may be stopped twice', async () => {
    const { a, b, near, far } = await openPair()
    const pending = [failureOf(options => near.read(options)), failureOf(options => far.read(options))] as const
    await Promise.all([a.network.stop(), a.network.stop()])
    await a.network.stop()
    assert.notEqual((await pending[0]).name, 'StreamEndedError')
    assert.equal((await pending[1]).name, 'ConnectionLostError')
    assert.deepEqual(a.network.connections(), [])
    await failureOf(options => a.network.open(b.network.self, 'exchange', options))
    await a.network.publish(pattern(10, 0))
  })

  it('can be stopped before it is started', async () => {
    const [network] = (await world.create(1)) as [Network]
    await network.stop()
  })

  it('can be stopped while it starts', async () => {
    const [network] = (await world.create(1)) as [Network]
    const starting = startPeer(network)
    await network.stop()
    await starting
    assert.deepEqual(network.connections(), [])
  })

  it('brings announcements to the others, with the name of who made them', async () => {
    const peers = (await start(3)) as [Peer, Peer, Peer]
    const [a, b, c] = peers
    await Promise.all([connect(a, b, soon()), connect(b, c, soon()), connect(c, a, soon())])
    for (const speaker of peers) {
      const text = `here is ${speaker.network.self}`
      const heard = peers.filter(peer => peer !== speaker).map(peer => heardFrom(peer, text, soon()))
      const speakers = await announceUntil(speaker.network, text, Promise.all(heard), () => world.signal(50))
      assert.deepEqual(speakers, [speaker.network.self, speaker.network.self])
    }
  })

  it('says over whose connection an announcement came', async () => {
    const forwarders: (string | undefined)[] = []
    const [a, b, c] = (await world.create(3)) as [Network, Network, Network]
    const peers = (await Promise.all([startPeer(a), startPeer(b)])) as [Peer, Peer]
    const listener = await startPeer(c, {
      announcement(from, _bytes, forwarder) {
        if (from === a.self) forwarders.push(forwarder)
        return 'accept'
      },
    })
    await Promise.all([connect(peers[0], peers[1], soon()), connect(peers[1], listener, soon())])
    await announceUntil(a, 'here I am', heardOne(forwarders), () => world.signal(50))
    for (const forwarder of forwarders) {
      assert.ok(forwarder === a.self || c.connections().includes(forwarder ?? ''), `handed on by ${forwarder}`)
    }

    async function heardOne(heard: readonly unknown[]): Promise<void> {
      const { signal } = soon()
      while (heard.length === 0) {
        signal.throwIfAborted()
        await listener.announced.take({ signal: world.signal(50) }).catch(() => {})
      }
    }
  })

  it('forgets what it has learned of a peer, and learns it again', async () => {
    const [a, b] = (await start(2)) as [Peer, Peer]
    a.network.forget?.(b.network.self)
    a.network.forget?.(b.network.self)
    a.network.forget?.('nobody')
    a.network.learn(b.network.self, b.network.addresses())
    await openBetween(a, b, 'exchange', soon())
    a.network.forget?.(b.network.self)
    await openBetween(a, b, 'exchange', soon())
  })

  it('announces to nobody without complaint', async () => {
    const [a] = (await start(1)) as [Peer]
    await a.network.publish(pattern(100, 0))
  })

  it('counts the bytes it carries', async () => {
    const { a, b, near, far } = await openPair()
    const frames = 8
    for (let i = 0; i < frames; i++) {
      await near.write(pattern(64 * KiB, i), soon())
      await far.read(soon())
    }
    assert.ok(a.network.traffic().bytesOut >= frames * 64 * KiB)
    assert.ok(b.network.traffic().bytesIn >= frames * 64 * KiB)
    assert.ok(b.network.traffic().bytesOut < 64 * KiB)
    assert.ok(a.network.traffic().bytesIn < 64 * KiB)
  })
  return tests
}

/** Bytes that differ from place to place and from seed to seed. */
function pattern(size: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(size)
  for (let i = 0; i < size; i++) bytes[i] = Math.imul(i + 1, 2_654_435_761) >>> 24
  if (size > 0) bytes[0] = seed
  if (size > 1) bytes[size - 1] = seed * 7
  return bytes
}

function expectSame(actual: Uint8Array, expected: Uint8Array): void {
  // Not deepEqual(): it takes seconds for a mebibyte.
  assert.equal(actual.byteLength, expected.byteLength)
  assert.ok(Buffer.compare(actual, expected) === 0, 'a frame arrived with other bytes')
}

/** The author of the announcement with this text, when it arrives. */
async function heardFrom(peer: Peer, text: string, options: AbortOptions): Promise<string> {
  for (;;) {
    const announcement = await peer.announced.take(options)
    if (announcement.text === text) return announcement.from
  }
}
