import { createSocket } from 'node:dgram'

/** Addresses kept for documentation, which belong to nobody: the way to them is the way to anywhere. */
const ANYWHERE = [
  { type: 'udp4', address: '192.0.2.1' },
  { type: 'udp6', address: '2001:db8::1' },
] as const

/** The port for what is thrown away. */
const DISCARD = 9

/** This machine's IPs on its default routes: none without such a route. Asks the operating system, and sends nothing. */
export async function routedIps(): Promise<ReadonlySet<string>> {
  const ips = await Promise.all(ANYWHERE.map(({ type, address }) => sourceTo(type, address)))
  return new Set(ips.filter(ip => ip !== undefined))
}

/** The address from which a datagram would leave. To connect a UDP socket chooses it. */
async function sourceTo(type: 'udp4' | 'udp6', address: string): Promise<string | undefined> {
  const socket = createSocket(type)
  try {
    return await new Promise((resolve, reject) => {
      socket.on('error', reject)
      // Called with the error where there is one, against its type.
      socket.connect(DISCARD, address, (error?: Error | null) =>
        error ? reject(error) : resolve(socket.address().address),
      )
    })
  } catch {
    return undefined
  } finally {
    socket.close()
  }
}
