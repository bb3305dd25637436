/** Announces 500 members that do not exist over one connection, each signed by a key of its own. */

import { generateKeyPair, publicKeyToProtobuf } from '@libp2p/crypto/keys'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { encodeAnnouncement } from '../../../src/gossip/membership/announcement-bytes.ts'
import { topicOf } from '../../../src/network/protocols.ts'
import { enterOnNode, readScene, tell } from '../attack.ts'
import { disguise, newMember } from '../liar.ts'

const GHOSTS = 500

const scene = readScene()
const { node, liar } = await enterOnNode(scene)
liar.say(() => ({ ...disguise(liar, [liar]), done: true }))

const keys = await Promise.all(Array.from({ length: GHOSTS }, () => generateKeyPair('Ed25519')))
const ghosts = keys.map(privateKey => ({
  privateKey,
  author: peerIdFromPrivateKey(privateKey),
  key: publicKeyToProtobuf(privateKey.publicKey),
}))
/** What gossipsub signs with is its own affair; here it takes turns. */
const service = node.libp2p.services.announcements as unknown as {
  publishConfig: object
  publish(topic: string, bytes: Uint8Array): Promise<unknown>
}
const own = service.publishConfig
const topic = topicOf(scene.swarm)
/** Announcements of the swarm that learns have a namespace without a name before them. */
const MAIN = Uint8Array.of(0)
tell('ready')

for (let sequence = Date.now(); ; sequence++) {
  for (const ghost of ghosts) {
    const worn = disguise(liar, [liar])
    const word = {
      ...newMember(liar.network),
      ...worn,
      phase: 'training' as const,
      choice: undefined,
      done: false,
      sequence,
      addresses: [...liar.network.addresses()],
    }
    const bytes = Buffer.concat([MAIN, encodeAnnouncement(word)])
    service.publishConfig = { ...own, ...ghost }
    const published = service.publish(topic, bytes)
    service.publishConfig = own
    await published.catch(() => {})
  }
  tell('announced', { ghosts: GHOSTS })
}
