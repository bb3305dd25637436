import { type Server, Socket } from 'node:net'
import { tcp as libp2pTcp } from '@libp2p/tcp'
import { carriedBySocket, isHostWith, type Transport } from './transport.ts'

/** Counts at its sockets: handshakes, framing and encryption are included, TCP/IP headers not. */
export const tcp: Transport = {
  title: 'TCP',
  examples: {
    connect: '/ip4/192.168.1.20/tcp/4001',
    listen: '/ip4/0.0.0.0/tcp/4001',
    announce: '/dns4/peer.example.org/tcp/4001',
  },
  make: porch => components => {
    const transport = libp2pTcp()(components)
    if (porch === undefined) return transport
    const createListener = transport.createListener.bind(transport)
    return Object.assign(transport, {
      createListener(options: Parameters<typeof createListener>[0]) {
        const listener = createListener(options)
        // Private to libp2p's TCP transport: whoever comes waits on the porch before it hears of them.
        const server: Server = Reflect.get(listener, 'server')
        const [onSocket] = server.listeners('connection') as ((socket: Socket) => void)[]
        server.off('connection', onSocket)
        server.on('connection', socket => porch.receive(socket, () => onSocket(socket)))
        const close = listener.close.bind(listener)
        return Object.assign(listener, {
          close(...given: Parameters<typeof close>) {
            const closed = close(...given)
            porch.clear()
            return closed
          },
        })
      },
    })
  },
  owns: address => isHostWith(['tcp'], address),
  socketOf(connection) {
    // Private to libp2p's TCP transport, so it is looked for rather than believed.
    const socket: unknown = Reflect.get(connection, 'socket')
    return socket instanceof Socket ? socket : undefined
  },
  carriedBy(connection) {
    return carriedBySocket(this.socketOf?.(connection))
  },
}
