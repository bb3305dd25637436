import { Socket } from 'node:net'
import { tcp as libp2pTcp } from '@libp2p/tcp'
import { isHostWith, type Transport } from './transport.ts'

/** Counts at its sockets: handshakes, framing and encryption are included, TCP/IP headers not. */
export const tcp: Transport = {
  title: 'TCP',
  examples: { connect: '/ip4/192.168.1.20/tcp/4001', listen: '/ip4/0.0.0.0/tcp/4001' },
  make: () => libp2pTcp(),
  owns: address => isHostWith(['tcp'], address),
  carriedBy(connection) {
    // Private to libp2p's TCP transport, so it is looked for rather than believed.
    const socket: unknown = Reflect.get(connection, 'socket')
    if (!(socket instanceof Socket)) return undefined
    return {
      get bytesIn() {
        return socket.bytesRead
      },
      get bytesOut() {
        return socket.bytesWritten
      },
      whenFinal: handler => void socket.once('close', handler),
    }
  },
}
