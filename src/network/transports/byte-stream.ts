import type { MultiaddrConnection, StreamMessageEvent } from '@libp2p/interface'
import type { CarriedBytes } from './transport.ts'

/**
 * Counts the bytes of any libp2p connection at its byte stream, from now on: handshakes, framing and encryption of libp2p are
 * included, what its transport wraps around them is not. Bytes that wait for a reader are counted when they are read, or
 * when the connection closes.
 */
export function countByteStream(connection: MultiaddrConnection): CarriedBytes {
  let bytesIn = 0
  let bytesOut = 0
  /** Bytes that a reader has put back, as handshakes do with what they read too far: they are read, but do not arrive, again. */
  let putBack = 0

  // A listener of 'message' would change what it counts: data waits for the first listener, and the handshake's listeners
  // come and go. So the connection's own methods are watched.
  const { send, push, unshift, dispatchEvent } = connection
  connection.send = data => {
    const bytes = data.byteLength
    const canSendMore = send.call(connection, data)
    bytesOut += bytes
    return canSendMore
  }
  connection.push = data => {
    putBack += data.byteLength
    push.call(connection, data)
  }
  connection.unshift = data => {
    putBack += data.byteLength
    unshift.call(connection, data)
  }
  connection.dispatchEvent = event => {
    if (event.type === 'message') {
      const bytes = (event as StreamMessageEvent).data.byteLength
      const again = Math.min(bytes, putBack)
      putBack -= again
      bytesIn += bytes - again
    }
    return dispatchEvent.call(connection, event)
  }

  return {
    get bytesIn() {
      return bytesIn
    },
    get bytesOut() {
      return bytesOut
    },
    whenFinal(handler) {
      const close = () => {
        bytesIn += Math.max(0, connection.readBufferLength - putBack)
        handler()
      }
      connection.addEventListener('close', close, { once: true })
    },
  }
}
