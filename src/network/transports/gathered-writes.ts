import type { Socket } from 'node:net'
import type { ConnectionProtector, MultiaddrConnection } from '@libp2p/interface'
import { socketOf } from './registry.ts'

/** The protector, to which libp2p shows every connection before its own handshakes: from here on its socket gathers what is written. */
export function withGatheredWrites(protector: ConnectionProtector): ConnectionProtector {
  return {
    async protect(stream, options) {
      const socket = socketOf(stream as MultiaddrConnection)
      if (socket !== undefined) gatherWrites(socket)
      return await protector.protect(stream, options)
    },
  }
}

/**
 * Has a socket hand over to the system in one call what is written in one go. libp2p writes a packet in up to five parts, of which
 * four have 2 to 16 bytes, and each would be a call of its own: 28 of them for one side of an exchange of 227 KB, and now 8.
 */
export function gatherWrites(socket: Socket): void {
  const write = socket.write.bind(socket) as (...given: unknown[]) => boolean
  let gathering = false
  socket.write = (...given: unknown[]) => {
    if (!gathering) {
      gathering = true
      socket.cork()
      process.nextTick(() => {
        gathering = false
        socket.uncork()
      })
    }
    return write(...given)
  }
}
