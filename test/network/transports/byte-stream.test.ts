import { type Connection as Libp2pConnection, type MultiaddrConnection, StreamMessageEvent } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import { afterEach, describe, expect, test } from 'vitest'
import { defaultLogger } from '../../../src/network/logger.ts'
import { createTrafficMeter } from '../../../src/network/traffic.ts'
import { countByteStream } from '../../../src/network/transports/byte-stream.ts'
import { tcp } from '../../../src/network/transports/tcp.ts'
import type { CarriedBytes } from '../../../src/network/transports/transport.ts'
import { createMailbox } from '../../../src/testing/mailbox.ts'

const soon = () => ({ signal: AbortSignal.timeout(10_000) })

/** As much of a connection as is counted at, without a socket: what arrives, and what was put back, waits until it is read. */
class Connection extends EventTarget {
  readonly timeline = { open: 0 }
  readonly sent: Uint8Array[] = []
  readonly waiting: Uint8Array[] = []

  get readBufferLength() {
    return this.waiting.reduce((sum, { byteLength }) => sum + byteLength, 0)
  }

  send(data: Uint8Array) {
    if (data.byteLength > 100) throw new Error('closed')
    this.sent.push(data)
    return false
  }

  push(data: Uint8Array) {
    this.waiting.push(data)
  }

  unshift(data: Uint8Array) {
    this.waiting.unshift(data)
  }

  read() {
    for (const data of this.waiting.splice(0)) this.dispatchEvent(new StreamMessageEvent(data))
  }
}

function counted(): { connection: Connection; bytes: CarriedBytes } {
  const connection = new Connection()
  return { connection, bytes: countByteStream(connection as unknown as MultiaddrConnection) }
}

describe('the bytes of a connection without a socket', () => {
  test('go out as they are sent, and the connection works as before', () => {
    const { connection, bytes } = counted()
    expect(connection.send(new Uint8Array(30))).toBe(false)
    connection.send(new Uint8Array(12))
    expect(() => connection.send(new Uint8Array(101))).toThrow('closed')
    expect(connection.sent.map(({ byteLength }) => byteLength)).toEqual([30, 12])
    expect(bytes).toMatchObject({ bytesIn: 0, bytesOut: 42 })
  })

  test('come in as they are read, and only once where a reader puts some back', () => {
    const { connection, bytes } = counted()
    connection.waiting.push(new Uint8Array(30))
    expect(bytes.bytesIn).toBe(0)
    connection.read()
    expect(bytes.bytesIn).toBe(30)
    connection.unshift(new Uint8Array(20))
    connection.push(new Uint8Array(3))
    connection.waiting.push(new Uint8Array(12))
    connection.read()
    expect(bytes).toMatchObject({ bytesIn: 42, bytesOut: 0 })
  })

  test('have come in when the connection closes, although nobody has read them', () => {
    const { connection, bytes } = counted()
    const final: number[] = []
    bytes.whenFinal(() => final.push(bytes.bytesIn))
    connection.waiting.push(new Uint8Array(40))
    connection.unshift(new Uint8Array(2))
    connection.dispatchEvent(new Event('close'))
    connection.dispatchEvent(new Event('close'))
    expect(final).toEqual([40])
  })

  test('are part of the traffic, while it is open and afterwards', () => {
    const meter = createTrafficMeter()
    const connection = new Connection()
    meter.metrics.trackMultiaddrConnection(connection as unknown as MultiaddrConnection)
    connection.send(new Uint8Array(7))
    expect(meter.total()).toEqual({ bytesIn: 0, bytesOut: 7 })
    connection.waiting.push(new Uint8Array(3))
    connection.read()
    expect(meter.bytesIn(connection as unknown as Libp2pConnection)).toBe(3)
    expect(meter.bytesIn(new Connection() as unknown as Libp2pConnection)).toBeUndefined()
    connection.dispatchEvent(new Event('close'))
    expect(meter.total()).toEqual({ bytesIn: 3, bytesOut: 7 })
  })
})

const both = (carried: CarriedBytes | undefined) => [carried?.bytesIn, carried?.bytesOut]

describe('the byte stream of a TCP connection', () => {
  const cleanups: (() => void | Promise<void>)[] = []
  afterEach(async () => {
    await Promise.all(cleanups.splice(0).map(cleanup => cleanup()))
  })

  /** A node, and both counts of each of its connections. */
  async function createCountingNode() {
    const counts: Record<'stream' | 'socket', CarriedBytes | undefined>[] = []
    const node = await createLibp2p({
      addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
      logger: defaultLogger,
      transports: [tcp.make()],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
      metrics: () =>
        Object.assign(createTrafficMeter().metrics, {
          trackMultiaddrConnection: (connection: MultiaddrConnection) =>
            counts.push({ stream: countByteStream(connection), socket: tcp.carriedBy?.(connection) }),
        }),
    })
    cleanups.push(() => node.stop())
    return { node, counts }
  }

  test('carries what its socket carries, from the handshake on', async () => {
    const [a, b] = [await createCountingNode(), await createCountingNode()]
    const arrived = createMailbox<number>()
    let bytes = 0
    await b.node.handle('/test', stream => {
      stream.addEventListener('message', ({ data }) => {
        bytes += data.byteLength
      })
      stream.addEventListener('remoteCloseWrite', () => {
        arrived.put(bytes)
        void stream.close()
      })
    })
    const stream = await a.node.dialProtocol(b.node.getMultiaddrs(), '/test', soon())
    stream.send(new Uint8Array(100_000))
    await stream.close(soon())
    expect(await arrived.take(soon())).toBe(100_000)
    for (const { counts } of [a, b]) {
      expect(counts).toHaveLength(1)
      expect(both(counts[0]?.stream)).toEqual(both(counts[0]?.socket))
    }
    expect(a.counts[0]?.stream?.bytesOut).toBeGreaterThan(100_000)
  })
})
