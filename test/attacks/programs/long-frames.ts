/** Sends frames of the longest length without their last byte, on as many streams as each identity gets, and keeps them. */

import { MAX_FRAME_BYTES } from '../../../src/gossip/streams/constants.ts'
import { protocolOf } from '../../../src/network/protocols.ts'
import { enterOnNode, readScene, tell } from '../attack.ts'

const CHANNELS = ['fetch', 'settle', 'exchange'] as const
const STREAMS = 16

const scene = readScene()
const almost = new Uint8Array(4 + MAX_FRAME_BYTES - 1)
new DataView(almost.buffer).setUint32(0, MAX_FRAME_BYTES)
const members = await Promise.all(Array.from({ length: scene.identities }, (_, index) => enterOnNode(scene, index)))
tell('ready')
setInterval(() => {
  for (const { node } of members) {
    for (const connection of node.libp2p.getConnections()) {
      for (const channel of CHANNELS) {
        const protocol = protocolOf(channel)
        const open = connection.streams.filter(stream => stream.protocol === protocol).length
        if (open < STREAMS) void send(connection, protocol)
      }
    }
  }
}, 100)

async function send(
  connection: (typeof members)[number]['node']['libp2p'] extends { getConnections(): (infer C)[] } ? C : never,
  protocol: string,
): Promise<void> {
  try {
    const stream = await connection.newStream(protocol, {
      maxOutboundStreams: STREAMS,
      signal: AbortSignal.timeout(5_000),
    })
    for (let sent = 0; sent < almost.byteLength; sent += 65_536) {
      if (!stream.send(almost.subarray(sent, sent + 65_536)))
        await stream.onDrain({ signal: AbortSignal.timeout(20_000) })
    }
    tell('sent', { bytes: almost.byteLength })
  } catch {}
}
