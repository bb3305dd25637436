import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { decode, encode } from 'dns-packet'

/** A DNS server on loopback that knows texts only. */
export interface DnsServer {
  /** Where it is asked, as `IP:PORT`. */
  readonly address: string
  /** The names that it was asked for, in order. */
  readonly asked: readonly string[]
  stop(): Promise<void>
}

/** @param texts the texts at each name; read anew for each question */
export async function startDnsServer(texts: Readonly<Record<string, readonly string[]>>): Promise<DnsServer> {
  const socket = createSocket('udp4')
  const asked: string[] = []
  socket.on('message', (bytes, { port, address }) => {
    const { id, questions = [] } = decode(bytes)
    const [{ name }] = questions
    asked.push(name)
    const known = texts[name]
    const answers = (known ?? []).map(data => ({ type: 'TXT', name, class: 'IN', ttl: 0, data }) as const)
    // NXDOMAIN, where the name is not there.
    const flags = known === undefined ? 3 : 0
    socket.send(encode({ type: 'response', id, flags, questions, answers }), port, address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return {
    address: `127.0.0.1:${socket.address().port}`,
    asked,
    async stop() {
      const closed = once(socket, 'close')
      socket.close()
      await closed
    },
  }
}
