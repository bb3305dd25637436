import type { Socket } from 'node:net'
import type { MultiaddrConnection } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import { countByteStream } from './byte-stream.ts'
import { tcp } from './tcp.ts'
import type { CarriedBytes, Transport } from './transport.ts'
import { webSockets } from './web-sockets.ts'

/** The transports of every node. A new one is a file in this folder and a name here. */
export const transports: readonly Transport[] = [tcp, webSockets]

/** Whether any transport can dial the address, or listen on it. */
export function isOwned(address: Multiaddr): boolean {
  return transports.some(transport => transport.owns(address))
}

/** What a new connection carries from now on, as its transport counts it. */
export function carriedBy(connection: MultiaddrConnection): CarriedBytes {
  for (const transport of transports) {
    const carried = transport.carriedBy?.(connection)
    if (carried !== undefined) return carried
  }
  return countByteStream(connection)
}

/** The socket of a connection, where it has one. */
export function socketOf(connection: MultiaddrConnection): Socket | undefined {
  for (const transport of transports) {
    const socket = transport.socketOf?.(connection)
    if (socket !== undefined) return socket
  }
  return undefined
}
