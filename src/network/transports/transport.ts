import type { Socket } from 'node:net'
import type { MultiaddrConnection } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Libp2pOptions } from 'libp2p'
import type { Porch } from '../gate/porch.ts'

/** A transport of libp2p, with what libp2p does not say of it. */
export interface Transport {
  /** Its name in error messages, before "multiaddr". */
  readonly title: string
  /** An address of its own to connect to, one to listen on, and one to announce, for error messages. */
  readonly examples: { readonly connect: string; readonly listen: string; readonly announce: string }
  /** Makes the factory that libp2p takes. @param porch where sockets that come in wait before libp2p hears of them. Default: they do not */
  make(porch?: Porch): NonNullable<Libp2pOptions['transports']>[number]
  /** Whether it can listen on an address, and dial it; other peers announce addresses that it may own, too. */
  owns(address: Multiaddr): boolean
  /** The socket of a connection, or undefined where the connection is not one of its own. */
  socketOf?(connection: MultiaddrConnection): Socket | undefined
  /**
   * The bytes of a connection as the operating system carries them, or undefined where the connection is not one of its own.
   * Without this method they are counted at the connection's byte stream: what the transport wraps around that is left out.
   */
  carriedBy?(connection: MultiaddrConnection): CarriedBytes | undefined
}

/** The bytes that one connection has carried: what traffic and the limit of bandwidth are summed up from. Neither ever falls. */
export interface CarriedBytes {
  readonly bytesIn: number
  /** Bytes that wait to be sent are among them. */
  readonly bytesOut: number
  /** Calls back once, when the connection carries no more. */
  whenFinal(handler: () => void): void
}

/** The same where a connection runs over one socket: undefined where there is none. */
export function carriedBySocket(socket: Socket | undefined): CarriedBytes | undefined {
  if (socket === undefined) return undefined
  return {
    get bytesIn() {
      return socket.bytesRead
    },
    get bytesOut() {
      return socket.bytesWritten
    },
    whenFinal: handler => void socket.once('close', handler),
  }
}

const HOSTS = new Set(['ip4', 'ip6', 'dns', 'dns4', 'dns6'])

/** Whether an address is a host, then exactly these protocols, and perhaps the peer that should answer. */
export function isHostWith(protocols: readonly string[], address: Multiaddr): boolean {
  const [host, ...rest] = address.getComponents().map(({ name }) => name)
  if (host === undefined || !HOSTS.has(host)) return false
  const path = rest.at(-1) === 'p2p' ? rest.slice(0, -1) : rest
  return path.join('/') === protocols.join('/')
}
