import { once } from 'node:events'
import { type AddressInfo, createServer, Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { gatherWrites } from '../../../src/network/transports/gathered-writes.ts'

/** Notes how many parts each call hands over to the system. */
class NotedSocket extends Socket {
  readonly calls: number[] = []

  override _writev(chunks: readonly unknown[], ...rest: unknown[]): void {
    this.calls.push(chunks.length)
    Reflect.apply(Socket.prototype._writev as () => void, this, [chunks, ...rest])
  }

  override _write(...given: Parameters<Socket['_write']>): void {
    this.calls.push(1)
    super._write(...given)
  }
}

/** Both ends of a connection, of which the first gathers what it writes. */
async function connection(): Promise<{ socket: NotedSocket; received: Promise<Buffer> }> {
  const server = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const accepted = once(server, 'connection') as Promise<[Socket]>
  const socket = new NotedSocket()
  onTestFinished(() => void socket.destroy())
  socket.connect((server.address() as AddressInfo).port, '127.0.0.1')
  await once(socket, 'connect')
  gatherWrites(socket)
  const [other] = await accepted
  return { socket, received: buffer(other) }
}

test('what is written in one go is handed over in one call, in its order', async () => {
  const { socket, received } = await connection()
  for (const part of ['le', 'header', 'body', 'tag']) socket.write(part)
  await new Promise(resolve => setImmediate(resolve))
  socket.write('next')
  socket.write('!')
  await new Promise(resolve => setImmediate(resolve))
  expect(socket.calls).toEqual([4, 2])
  socket.end()
  expect((await received).toString()).toBe('leheaderbodytagnext!')
})

test('an end in the same go takes along what was written before it', async () => {
  const { socket, received } = await connection()
  socket.write('last ')
  socket.end('words')
  expect((await received).toString()).toBe('last words')
})

test('a full socket still says so, and when it has room again', async () => {
  const { socket, received } = await connection()
  const packet = Buffer.alloc(socket.writableHighWaterMark + 1, 1)
  expect(socket.write(packet)).toBe(false)
  await once(socket, 'drain')
  socket.end(packet)
  expect((await received).byteLength).toBe(2 * packet.byteLength)
})
