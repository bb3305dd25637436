import type { Stream } from '@libp2p/interface'

/** How many bytes are handed to libp2p at once. */
export const CHUNK_BYTES = [64, 256, 512, 1024].map(kibibytes => kibibytes * 1024)

/** The protocol's name, with both sizes: a listener for one pair of sizes may rely on them. */
export const bareProtocol = (chunkBytes: number, bytes: number) => `/hearsay/bench/bare/${chunkBytes}/${bytes}`

/**
 * Carries so many bytes in both directions of a libp2p stream at once, as fast as it can: one chunk is written again and again,
 * whenever the stream has passed on what it had, and what arrives is counted and dropped. Ends when this side has sent and
 * received everything, and the other side too.
 *
 * Waits for the event `drain`, since `onDrain()` resolves at once from its second use on; and reads by the event `message`,
 * since an iterator queues every chunk.
 */
export async function carryBothWays(stream: Stream, chunkBytes: number, bytes: number): Promise<void> {
  const received = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<void>()
  let count = 0
  stream.addEventListener('message', ({ data }) => {
    count += data.byteLength
    if (count >= bytes) received.resolve()
  })
  stream.addEventListener('remoteCloseWrite', () => ended.resolve())
  stream.addEventListener('close', ({ error }) => {
    if (error !== undefined) received.reject(error)
  })
  const chunk = new Uint8Array(chunkBytes).fill(1)

  async function write(): Promise<void> {
    for (let sent = 0; sent < bytes; sent += chunkBytes) {
      stream.send(chunk.subarray(0, Math.min(chunkBytes, bytes - sent)))
      while (stream.writeBufferLength > 0) {
        await new Promise<void>(resolve => {
          stream.addEventListener('drain', () => resolve(), { once: true })
        })
      }
    }
  }

  await Promise.all([write(), received.promise])
  await stream.close()
  await ended.promise
}
