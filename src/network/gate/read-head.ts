import type { MultiaddrConnection, StreamMessageEvent } from '@libp2p/interface'
import { Uint8ArrayList } from 'uint8arraylist'
import type { AbortOptions } from '../../gossip/ports.ts'
import { ConnectionLostError } from '../../gossip/streams/stream-errors.ts'

/**
 * Reads the first bytes of a connection, and leaves the others to whoever reads next.
 *
 * @param lengthOf how many of the bytes so far are wanted; undefined while more are
 */
export function readHead(
  connection: MultiaddrConnection,
  lengthOf: (bytes: Uint8Array) => number | undefined,
  { signal }: AbortOptions,
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const held = new Uint8ArrayList()

    const end = () => {
      connection.removeEventListener('message', onMessage)
      connection.removeEventListener('close', onClose)
      signal.removeEventListener('abort', onAbort)
    }
    const onMessage = ({ data }: StreamMessageEvent) => {
      held.append(data)
      const length = lengthOf(held.subarray())
      if (length === undefined) return
      end()
      if (length < held.byteLength) connection.unshift(held.sublist(length))
      resolve(held.slice(0, length))
    }
    const onClose = () => {
      end()
      reject(new ConnectionLostError('the connection closed before anything was said'))
    }
    const onAbort = () => {
      end()
      reject(signal.reason)
    }
    connection.addEventListener('message', onMessage)
    connection.addEventListener('close', onClose)
    signal.addEventListener('abort', onAbort)
    if (connection.status !== 'open') onClose()
    if (signal.aborted) onAbort()
  })
}
