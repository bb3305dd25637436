/**
 * What peers say on the local network, in the format of libp2p: a query for the pointers of a service, and an answer with the addresses of whoever
 * answers, each in a text of its own.
 *
 * libp2p, Peer discovery: mDNS, https://github.com/libp2p/specs/blob/master/discovery/mdns.md
 *
 * @packageDocumentation
 */

import { peerIdFromString } from '@libp2p/peer-id'
import { CODE_P2P, type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { type Answer, AUTHORITATIVE_ANSWER, decode, encode, type Packet } from 'dns-packet'
import { MAX_ADDRESSES } from '../../gossip/membership/constants.ts'
import type { PeerId } from '../../gossip/ports.ts'
import { DISCOVERY_SERVICE } from '../constants.ts'
import { ANSWER_TTL_SECONDS, MAX_PACKET_BYTES, MAX_PEERS_PER_PACKET, MAX_TEXT_BYTES } from './constants.ts'

/** What a packet says of this service. */
export type Said =
  | { readonly kind: 'query'; readonly id: number }
  | { readonly kind: 'answer'; readonly peers: readonly AnsweringPeer[] }

export interface AnsweringPeer {
  readonly peer: PeerId
  /** Without the peer's id, at most as many as a peer may announce. */
  readonly addresses: readonly Multiaddr[]
}

const PREFIX = 'dnsaddr='

/** The first label of the service as packets hold it, by which those of other services are told apart without a look into them. */
const [SERVICE_LABEL] = DISCOVERY_SERVICE.split('.')
const MARK = Buffer.concat([Uint8Array.of(SERVICE_LABEL.length), Buffer.from(SERVICE_LABEL)])

/** @param id is not looked at by those who answer; whoever asks can tell its own query by it */
export function encodeQuery(id = 0): Uint8Array {
  return encode({ type: 'query', id, questions: [{ type: 'PTR', name: DISCOVERY_SERVICE, class: 'IN' }] })
}

/**
 * @param name what the answer goes by: 32 to 63 letters and digits that nobody else draws
 * @param addresses those that are too long for a text are left out
 */
export function encodeAnswer(name: string, peer: PeerId, addresses: readonly Multiaddr[]): Uint8Array {
  const owner = `${name}.${DISCOVERY_SERVICE}`
  const texts = addresses
    .map(address => `${PREFIX}${address.decapsulateCode(CODE_P2P).encapsulate(`/p2p/${peer}`)}`)
    .filter(text => Buffer.byteLength(text) <= MAX_TEXT_BYTES)
  const common = { class: 'IN', ttl: ANSWER_TTL_SECONDS } as const
  return encode({
    type: 'response',
    flags: AUTHORITATIVE_ANSWER,
    answers: [{ ...common, type: 'PTR', name: DISCOVERY_SERVICE, data: owner }],
    additionals: [{ ...common, type: 'TXT', name: owner, data: texts }],
  })
}

/** What a packet says of this service; undefined where it says nothing of it, or makes no sense. */
export function decodePacket(bytes: Uint8Array): Said | undefined {
  const packet = decoded(bytes)
  if (packet === undefined) return undefined
  if (packet.type === 'query') {
    const asks = (packet.questions ?? []).some(({ type, name }) => isService(name) && (type === 'PTR' || isAny(type)))
    return asks ? { kind: 'query', id: packet.id ?? 0 } : undefined
  }
  const records = [...(packet.answers ?? []), ...(packet.additionals ?? [])]
  if (!records.some(({ type, name }) => type === 'PTR' && isService(name))) return undefined
  const addresses = new Map<PeerId, Multiaddr[]>()
  for (const text of records.flatMap(textsOf)) {
    const found = peerAndAddress(text)
    if (found === undefined) continue
    const known = addresses.get(found.peer)
    if (known !== undefined && known.length < MAX_ADDRESSES) known.push(found.address)
    else if (known === undefined && addresses.size < MAX_PEERS_PER_PACKET) addresses.set(found.peer, [found.address])
  }
  return { kind: 'answer', peers: [...addresses].map(([peer, own]) => ({ peer, addresses: own })) }
}

/** Whether a packet may say something of this service: what does not is not worth a further look. */
export function isOfService(bytes: Uint8Array): boolean {
  return (
    bytes.byteLength <= MAX_PACKET_BYTES && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(MARK)
  )
}

function decoded(bytes: Uint8Array): Packet | undefined {
  try {
    return decode(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
  } catch {
    return undefined
  }
}

/** Names are compared without regard to case. */
const isService = (name: string) => name.toLowerCase() === DISCOVERY_SERVICE
/** Not among the types of records, because it is one of questions only. */
const isAny = (type: string) => type === 'ANY'

/** The texts of a record that belongs to an answer of this service. */
function textsOf(record: Answer): string[] {
  if (record.type !== 'TXT' || !record.name.toLowerCase().endsWith(`.${DISCOVERY_SERVICE}`)) return []
  const data: readonly (string | Buffer)[] = Array.isArray(record.data) ? record.data : [record.data]
  return data.map(String)
}

function peerAndAddress(text: string): { peer: PeerId; address: Multiaddr } | undefined {
  if (!text.startsWith(PREFIX)) return undefined
  try {
    const address = multiaddr(text.slice(PREFIX.length))
    const peer = address.getComponents().findLast(({ code }) => code === CODE_P2P)?.value
    if (peer === undefined) return undefined
    return { peer: peerIdFromString(peer).toString(), address: address.decapsulateCode(CODE_P2P) }
  } catch {
    return undefined
  }
}
