/** One end of plain TCP connections: `receive ADDRESS` or `send ADDRESS PORT CONNECTIONS SECONDS`. @packageDocumentation */

import { connect, createServer } from 'node:net'

const CHUNK = Buffer.alloc(64 * 1024)

function say(event: string, detail: object): void {
  console.log(JSON.stringify({ event, ...detail }))
}

/** Counts from the first byte to the last of all connections. */
function receive(address: string): void {
  let open = 0
  let bytes = 0
  let began: number | undefined
  let last = 0
  const server = createServer(socket => {
    open++
    socket.on('data', chunk => {
      began ??= performance.now()
      last = performance.now()
      bytes += chunk.length
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      if (--open > 0) return
      say('received', { bytesPerSecond: bytes / ((last - (began ?? 0)) / 1_000) })
      server.close()
    })
  })
  server.listen(0, address, () => say('listening', { port: (server.address() as { port: number }).port }))
}

function send(address: string, port: number, connections: number, seconds: number): void {
  const sockets = Array.from({ length: connections }, () => {
    const socket = connect(port, address)
    const fill = () => {
      while (socket.writable && socket.write(CHUNK)) {}
    }
    socket.on('connect', fill).on('drain', fill)
    return socket
  })
  setTimeout(() => {
    for (const socket of sockets) socket.destroy()
  }, seconds * 1_000)
}

const [role, address, ...numbers] = process.argv.slice(2)
if (role === 'receive') receive(address)
else {
  const [port, connections, seconds] = numbers.map(Number)
  send(address, port, connections, seconds)
}
