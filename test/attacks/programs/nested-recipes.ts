/** Sends recipes that are nested 4,500 deep, 180 a second, from one identity after the other. */

import { multiaddr } from '@multiformats/multiaddr'
import { encodeFrame } from '../../../src/network/frames.ts'
import { readScene, tell } from '../attack.ts'
import { rawNode } from '../raw-node.ts'

const DEPTH = 4_500
const EVERY_MS = 1_000 / 180

const scene = readScene()
const nested = `${'{"a":'.repeat(DEPTH)}1${'}'.repeat(DEPTH)}`
const message = encodeFrame(Buffer.from(`{"type":"recipe","recipe":{"model":${nested}}}`)).subarray()
const nodes = await Promise.all(Array.from({ length: scene.identities }, () => rawNode()))
tell('ready')
let turn = 0
setInterval(() => {
  const node = nodes[turn++ % nodes.length]
  const address = scene.connect[turn % scene.connect.length]
  void send(node, address)
}, EVERY_MS)

async function send(node: (typeof nodes)[number], address: string): Promise<void> {
  try {
    const options = { signal: AbortSignal.timeout(5_000), maxOutboundStreams: 1_000 }
    const stream = await node.dialProtocol(multiaddr(address), '/hearsay/recipe/1', options)
    stream.send(message)
    await stream.close(options)
    tell('sent')
  } catch {}
}
