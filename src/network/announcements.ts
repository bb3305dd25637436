import {
  type GossipSub,
  type GossipSubComponents,
  gossipsub,
  type Message,
  StrictSign,
  TopicValidatorResult,
} from '@libp2p/gossipsub'
import type { PeerId as Libp2pPeerId, Stream } from '@libp2p/interface'
import { MAX_ANNOUNCEMENT_BYTES } from '../gossip/membership/constants.ts'
import type { NetworkHandlers, PeerId, Verdict } from '../gossip/ports.ts'
import { ProtocolError } from '../gossip/streams/stream-errors.ts'
import {
  MAX_MESH_BACKLOG_BYTES,
  MAX_MESH_MESSAGE_BYTES,
  MAX_PEERS_PER_ADDRESS,
  MESH_DEGREE,
  MESH_DEGREE_HIGH,
  MESH_DEGREE_LOW,
  MESH_DEGREE_OUTBOUND,
  MESH_LAZY,
  REJECTED_ANNOUNCEMENT_DECAY,
  REJECTED_ANNOUNCEMENT_WEIGHT,
} from './constants.ts'
import { UnreachableError } from './errors.ts'
import type { GossipDoor } from './gate/gossip-door.ts'
import { idToString, relayThrough } from './relay.ts'

const RESULTS: Record<Verdict, TopicValidatorResult> = {
  accept: TopicValidatorResult.Accept,
  ignore: TopicValidatorResult.Ignore,
  reject: TopicValidatorResult.Reject,
}

/**
 * What one message between neighbours may hold; one that holds more is dropped. Each is many times what an honest one needs: there is one
 * topic, and nobody asks not to be sent anything.
 */
const RPC_LIMITS = {
  maxSubscriptions: 16,
  maxMessages: 5_000,
  maxControlMessages: 64,
  maxIhaveMessageIDs: 5_000,
  maxIwantMessageIDs: 5_000,
  maxIdontwantMessageIDs: 64,
  maxPeerInfos: 16,
}

/** The terms of a neighbour's score for its announcements: only rejections count, the rest of gossipsub's weigh nothing. */
const TOPIC_SCORE = {
  topicWeight: 1,
  invalidMessageDeliveriesWeight: REJECTED_ANNOUNCEMENT_WEIGHT,
  invalidMessageDeliveriesDecay: REJECTED_ANNOUNCEMENT_DECAY,

  // A score earned by staying or by talking much could buy off rejections.
  timeInMeshWeight: 0,
  timeInMeshQuantum: 1,
  timeInMeshCap: 1,
  firstMessageDeliveriesWeight: 0,
  firstMessageDeliveriesDecay: 0.5,
  firstMessageDeliveriesCap: 1,

  // These punish a mesh for being quiet, and a swarm of two that trains is quiet.
  meshMessageDeliveriesWeight: 0,
  meshMessageDeliveriesDecay: 0.5,
  meshMessageDeliveriesCap: 1,
  meshMessageDeliveriesThreshold: 1,
  meshMessageDeliveriesWindow: 0,
  meshMessageDeliveriesActivation: 1_000,
  meshFailurePenaltyWeight: 0,
  meshFailurePenaltyDecay: 0.5,
}

/** The gossipsub service for a swarm's announcements: signed, small, and costly to the score of peers that forward bad ones. */
export function announcementService(
  topic: string,
  door: Pick<GossipDoor, 'between' | 'tend' | 'mayTell'>,
): (components: GossipSubComponents) => GossipSub {
  const create = gossipsub({
    globalSignaturePolicy: StrictSign,
    allowedTopics: [topic],
    allowPublishToZeroTopicPeers: true,
    fallbackToFloodsub: false,
    D: MESH_DEGREE,
    Dlo: MESH_DEGREE_LOW,
    Dhi: MESH_DEGREE_HIGH,
    Dout: MESH_DEGREE_OUTBOUND,
    Dlazy: MESH_LAZY,
    gossipFactor: 0,
    // An announcement may come several times. A copy is told by its signature before that is verified, which takes longer than all the rest;
    // only what was verified once is known by it.
    fastMsgIdFn: ({ signature }) => Buffer.from(signature ?? []).toString('base64'),
    msgIdToStrFn: idToString,
    // Asking not to be sent a message costs as much as a message of this size.
    idontwantMinDataSize: MAX_ANNOUNCEMENT_BYTES + 1,
    maxInboundDataLength: MAX_MESH_MESSAGE_BYTES,
    decodeRpcLimits: RPC_LIMITS,
    maxOutboundBufferSize: MAX_MESH_BACKLOG_BYTES,
    scoreParams: {
      IPColocationFactorThreshold: MAX_PEERS_PER_ADDRESS,
      topics: {
        // Without an entry for the topic a rejected message costs nothing.
        [topic]: TOPIC_SCORE,
      },
    },
  })
  return components => {
    const { peerId, privateKey, peerStore, connectionManager, logger } = components
    const registrar = door.between(components.registrar)
    const service = create({ peerId, privateKey, peerStore, connectionManager, logger, registrar })
    // It would forget the peer, whatever became of its other streams. The door tells it of peers that are gone.
    Object.assign(service, { handlePeerReadStreamError() {} })
    const read: (from: Libp2pPeerId, source: unknown) => Promise<void> = Reflect.get(
      service,
      'pipePeerReadStream',
    ).bind(service)
    const inbound: ReadonlyMap<PeerId, { readonly rawStream: Stream }> = Reflect.get(service, 'streamsInbound')
    Object.assign(service, {
      async pipePeerReadStream(from: Libp2pPeerId, source: unknown) {
        const stream = inbound.get(from.toString())?.rawStream
        await read(from, source)
        // Nobody reads it any more, as after a message that is too long: whoever writes on it is to know, and to open another one.
        stream?.abort(new UnreachableError('it is not read any more'))
      },
    })
    const receive: (from: Libp2pPeerId, rpc: unknown) => Promise<void> = Reflect.get(service, 'handleReceivedRpc').bind(
      service,
    )
    // Nothing of gossipsub's own bounds how many there are, of which each costs a little.
    Object.assign(service, {
      async handleReceivedRpc(from: Libp2pPeerId, rpc: unknown) {
        if (door.mayTell(from.toString())) await receive(from, rpc)
      },
    })
    relayThrough(service, peerId.toString(), topic)
    const outbound: Map<PeerId, { readonly rawStream: Stream }> = Reflect.get(service, 'streamsOutbound')
    service.addEventListener('gossipsub:heartbeat', () => {
      // One that ended in the moment in which it was taken would be written to for ever.
      for (const [peer, { rawStream }] of outbound) if (rawStream.status !== 'open') outbound.delete(peer)
      door.tend()
    })
    return service
  }
}

/** Listens to the swarm. The handler runs as the validator, before a message is forwarded, and is also its delivery. */
export function subscribe(
  service: GossipSub,
  topic: string,
  announcement: NetworkHandlers['announcement'],
  warn: (message: string) => void,
): void {
  function verdictOn(forwarder: PeerId, message: Message): Verdict {
    if (message.type !== 'signed' || message.data.byteLength > MAX_ANNOUNCEMENT_BYTES) return 'reject'
    try {
      return announcement(message.from.toString(), message.data, forwarder)
    } catch (error) {
      // gossipsub would swallow it. It is a defect here, so nobody's score suffers.
      warn(`an announcement of ${message.from} could not be handled: ${error}`)
      return 'ignore'
    }
  }
  service.topicValidators.set(topic, (forwarder, message) => RESULTS[verdictOn(forwarder.toString(), message)])
  service.subscribe(topic)
}

/** @throws ProtocolError when the announcement is longer than others accept */
export async function publish(service: GossipSub, topic: string, announcement: Uint8Array): Promise<void> {
  if (announcement.byteLength > MAX_ANNOUNCEMENT_BYTES) {
    throw new ProtocolError(`an announcement of ${announcement.byteLength} bytes exceeds ${MAX_ANNOUNCEMENT_BYTES}`)
  }
  await service.publish(topic, announcement)
}
