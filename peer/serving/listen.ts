import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { WrongUsage } from '../wrong-usage.ts'
import { FAREWELL_MS } from './constants.ts'
import { inUrl, type Place } from './place.ts'

export interface Listening {
  /** Where it is asked, without a path: `http://127.0.0.1:7070`. */
  readonly origin: string
  /** Whether only this machine can connect. */
  readonly isLoopback: boolean
}

/**
 * Has a server listen.
 *
 * @param flag that said where
 * @throws WrongUsage where nothing can listen there
 */
export async function listen(server: Server, { host, port }: Place, flag: string): Promise<Listening> {
  try {
    server.listen({ host, port })
    await once(server, 'listening')
  } catch (error) {
    throw new WrongUsage(`${flag} ${inUrl(host)}:${port}: ${whyNot(error as NodeJS.ErrnoException, port)}`)
  }
  // What goes wrong with one connection later is no reason to end what is looked at.
  server.on('error', () => {})
  const bound = server.address() as AddressInfo
  return {
    origin: `http://${inUrl(reachedAt(host, bound))}:${bound.port}`,
    isLoopback: /^(127\.|::1$|::ffff:127\.)/.test(bound.address),
  }
}

/** Closes a server, and after a moment whatever still hangs on it. */
export async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  const patience = setTimeout(() => server.closeAllConnections(), FAREWELL_MS)
  server.closeIdleConnections()
  await closed
  clearTimeout(patience)
}

function whyNot({ code, message }: NodeJS.ErrnoException, port: number): string {
  switch (code) {
    case 'EADDRINUSE':
      return `port ${port} is taken by another program; take another one, or 0 for any that is free`
    case 'EACCES':
      return `this user may not listen on port ${port}; take one above 1023, or 0 for any that is free`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'that is no address of this machine; leave it out for this machine only, or take 0.0.0.0 for all its networks'
    default:
      return message
  }
}

/** Where others reach what listens on all interfaces: at the first address that is not of this machine only. */
function reachedAt(host: string, { address }: AddressInfo): string {
  if (address !== '0.0.0.0' && address !== '::') return host
  const addresses = Object.values(networkInterfaces()).flatMap(each => each ?? [])
  return addresses.find(({ internal, family }) => !internal && family === 'IPv4')?.address ?? '127.0.0.1'
}
