/**
 * A longer way between two processes: passes TCP on to a port of this machine, each byte some milliseconds after it came, in
 * both directions, and as many of them at a time as there are. Prints the port on which it listens.
 *
 * Arguments: the port to pass on to, and the delay of one way in milliseconds.
 *
 * @packageDocumentation
 */

import { createConnection, createServer, type Socket } from 'node:net'

const [port, delay] = process.argv.slice(2).map(Number)

function passOn(from: Socket, to: Socket): void {
  from.setNoDelay(true)
  // Timers of the same duration run in the order in which they were set.
  from.on('data', bytes => setTimeout(() => to.write(bytes), delay))
  from.on('end', () => setTimeout(() => to.end(), delay))
  from.on('error', () => to.destroy())
}

const server = createServer({ allowHalfOpen: true }, near => {
  const far = createConnection({ port, host: '127.0.0.1', allowHalfOpen: true })
  passOn(near, far)
  passOn(far, near)
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address !== null && typeof address !== 'string') console.log(address.port)
})
