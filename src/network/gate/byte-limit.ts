import type { MultiaddrConnection, StreamMessageEvent } from '@libp2p/interface'
import { UnreachableError } from '../errors.ts'

/**
 * Ends a connection that says more than it may. libp2p buffers mebibytes of every handshake and every stream that is being negotiated; of a
 * connection that has said less, it holds less.
 *
 * @returns what lifts the limit
 */
export function limitBytes(connection: MultiaddrConnection, most: number): () => void {
  const { dispatchEvent, push, unshift } = connection
  const lift = () => Object.assign(connection, { dispatchEvent, push, unshift })
  let bytes = 0

  // A listener of 'message' would take what is meant for another: data waits for the first one.
  connection.dispatchEvent = event => {
    if (event.type === 'message') bytes += (event as StreamMessageEvent).data.byteLength
    if (bytes <= most) return dispatchEvent.call(connection, event)
    lift()
    connection.abort(new UnreachableError('it has said more than a stranger may'))
    return false
  }
  // What one handshake has read too far, the next one reads again.
  connection.push = data => {
    bytes -= data.byteLength
    push.call(connection, data)
  }
  connection.unshift = data => {
    bytes -= data.byteLength
    unshift.call(connection, data)
  }
  return lift
}
