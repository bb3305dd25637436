/** A port that accepts whoever comes, and closes the connection at once. */

import { type AddressInfo, createServer } from 'node:net'
import { tell } from '../attack.ts'

const server = createServer(socket => {
  socket.on('error', () => {})
  socket.destroy()
})
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  tell('listening', { address: `/ip4/127.0.0.1/tcp/${port}` })
})
