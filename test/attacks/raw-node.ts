import { setTimeout as sleep } from 'node:timers/promises'
import { type Identify, identify } from '@libp2p/identify'
import type { ServiceMap, Stream } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p, type ServiceFactoryMap } from 'libp2p'

/** A node of plain libp2p, which knows nothing of hearsay. */
export function rawNode<Services extends ServiceMap = Record<never, never>>(services?: ServiceFactoryMap<Services>) {
  return createLibp2p({
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: { identify: identify(), ...services } as ServiceFactoryMap<Services & { identify: Identify }>,
  })
}

/** All bytes that come on a stream within so many milliseconds. */
export async function everythingHeard(stream: Stream, milliseconds: number): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  stream.addEventListener('message', ({ data }) => pieces.push(data.subarray()))
  await Promise.race([
    sleep(milliseconds),
    new Promise(resolve => stream.addEventListener('close', resolve)),
    new Promise(resolve => stream.addEventListener('remoteCloseWrite', resolve)),
  ])
  return Buffer.concat(pieces)
}
