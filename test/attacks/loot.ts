/**
 * What somebody gets from an honest peer who comes with whatever it has for a proof: by hearsay's own driver, which says it as members do, and
 * by plain libp2p, which says nothing of it and asks all the same.
 *
 * @packageDocumentation
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { gossipsub } from '@libp2p/gossipsub'
import { identify } from '@libp2p/identify'
import type { Connection } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import type { Admission } from '../../src/admission/admission.ts'
import { SKETCH_BUCKETS } from '../../src/gossip/membership/constants.ts'
import type { Channel } from '../../src/gossip/ports.ts'
import { systemClock } from '../../src/library/system-clock.ts'
import { encodeFrame } from '../../src/network/frames.ts'
import { createIdentity } from '../../src/network/identity.ts'
import { createLibp2pNetwork } from '../../src/network/libp2p-network.ts'
import { protocolOf } from '../../src/network/protocols.ts'
import { createRandom } from '../../src/random/random.ts'
import { createNamespaces } from '../../src/standardise/namespaces.ts'
import { createLiar, disguise, type Liar } from './liar.ts'
import { completeAnswer } from './liar-exchanges.ts'
import { everythingHeard, rawNode } from './raw-node.ts'

/** Bytes. */
export interface Loot {
  /** Of recipes, and of whatever else was said on streams that are not a proof's. */
  readonly said: number
  readonly announcements: number
  /** Of its own, that an honest peer has taken. */
  readonly merged: number
}

/** What it shows. */
export interface Claim {
  readonly swarm: string
  readonly recipe: string
  readonly admission: Admission
  readonly identity?: Uint8Array
}

const CHANNELS: readonly Channel[] = ['recipe', 'exchange', 'settle', 'fetch']

/** Longer than identify takes on a busy machine. */
const IDENTIFY_MS = 20_000

/** What a namespace without a name begins with, and a request of each kind. */
const REQUESTS = [
  '',
  '{"type":"recipe","recipe":{}}',
  '{"type":"fetch","first":0,"end":1}',
  '{"type":"settle","decisions":[],"doubts":[]}',
]

/** @param listen milliseconds for which it stays, and takes whatever comes */
export async function lootWithClaim(address: string, claim: Claim, listen: number): Promise<Loot> {
  const network = await createLibp2pNetwork({
    ...claim,
    identity: claim.identity ?? (await createIdentity()),
    listen: ['/ip4/127.0.0.1/tcp/0'],
    connect: [address],
    mdns: false,
    random: createRandom(1),
    warn() {},
  })
  let merged = 0
  let said = 0
  const liar = await createLiar(createNamespaces(network, systemClock).main, systemClock)
  const sketch = new Float32Array(SKETCH_BUCKETS)
  liar.say(() => ({ ...disguise(liar, [liar]), sketch }))
  liar.answer('exchange', async stream => {
    await completeAnswer(stream, 0, theirs => {
      said += theirs.byteLength
      return theirs
    })
    merged += stream.traffic.bytesOut
  })
  const peer = String(address.split('/p2p/')[1])
  await Promise.all(
    CHANNELS.flatMap(channel => REQUESTS.map(request => ask(liar, peer, channel, request, listen))),
  ).then(counts => {
    said += counts.reduce((sum, bytes) => sum + bytes, 0)
  })
  await sleep(listen)
  await network.stop()
  const announcements = [...liar.heard.values()].reduce((sum, word) => sum + JSON.stringify(word).length, 0)
  return { said, announcements, merged }
}

async function ask(liar: Liar, peer: string, channel: Channel, request: string, listen: number): Promise<number> {
  let bytes = 0
  const ended = AbortSignal.timeout(listen)
  await liar.talk(
    peer,
    channel,
    async stream => {
      await stream.write(Buffer.from(request), { signal: ended })
      for (;;) bytes += (await stream.read({ signal: ended })).byteLength
    },
    ended,
  )
  return bytes
}

/** Says nothing of membership, and speaks every protocol that hearsay has, that the peer names, and gossip's own, on every topic there is. */
export async function lootWithoutProof(
  address: string,
  topics: readonly string[],
  listen: number,
): Promise<Loot & { readonly protocols: readonly string[] }> {
  const node = await rawNode({
    pubsub: gossipsub({ allowPublishToZeroTopicPeers: true }),
    identify: identify({ runOnConnectionOpen: false, timeout: IDENTIFY_MS }),
  })
  const { pubsub } = node.services
  let announcements = 0
  for (const topic of topics) pubsub.subscribe(topic)
  pubsub.addEventListener('subscription-change', ({ detail }) => {
    for (const { topic } of detail.subscriptions) {
      announcements += topic.length
      pubsub.subscribe(topic)
    }
  })
  pubsub.addEventListener('message', ({ detail }) => {
    announcements += detail.data.byteLength
  })
  const connection = await node.dial(multiaddr(address))
  // Before anything else is asked: what follows opens more streams than a stranger may have, and who is asked last is told nothing.
  const { protocols } = await node.services.identify.identify(connection)
  const own = CHANNELS.map(protocolOf)
  const spoken = await Promise.all(own.map(protocol => speak(connection, protocol, listen)))
  await sleep(listen)
  await node.stop()
  return { said: spoken.reduce((sum, bytes) => sum + bytes, 0), announcements, merged: 0, protocols }
}

async function speak(connection: Connection, protocol: string, listen: number): Promise<number> {
  const heard = REQUESTS.map(async request => {
    try {
      const stream = await connection.newStream(protocol, { signal: AbortSignal.timeout(listen) })
      stream.send(encodeFrame(Buffer.alloc(0)))
      stream.send(encodeFrame(Buffer.from(request)))
      return (await everythingHeard(stream, listen)).byteLength
    } catch {
      return 0
    }
  })
  return (await Promise.all(heard)).reduce((sum, bytes) => sum + bytes, 0)
}
