import { type Multiaddr, multiaddr } from '@multiformats/multiaddr'
import { decode, encode, type Packet } from 'dns-packet'
import { assert, property, uint8Array } from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { MAX_ADDRESSES } from '../../../src/gossip/membership/constants.ts'
import { DISCOVERY_SERVICE } from '../../../src/network/constants.ts'
import { createIdentity, peerIdOf } from '../../../src/network/identity.ts'
import { MAX_PACKET_BYTES, MAX_PEERS_PER_PACKET } from '../../../src/network/mdns/constants.ts'
import { decodePacket, encodeAnswer, encodeQuery, isOfService } from '../../../src/network/mdns/packets.ts'

const NAME = 'q'.repeat(32)
const ADDRESSES = [multiaddr('/ip4/192.168.1.20/tcp/4001'), multiaddr('/ip6/fd00::7/tcp/4001')]

let peers: string[] = []
beforeAll(async () => {
  const identities = await Promise.all(Array.from({ length: MAX_PEERS_PER_PACKET + 3 }, () => createIdentity()))
  peers = identities.map(peerIdOf)
})

describe('packets of discovery', () => {
  test('a query is read back, with its number', () => {
    expect(decodePacket(encodeQuery(513))).toEqual({ kind: 'query', id: 513 })
  })

  test('an answer is read back, and is in the format of libp2p', () => {
    const bytes = encodeAnswer(NAME, peers[0], ADDRESSES)
    expect(textsOf(decodePacket(bytes))).toEqual([[peers[0], ADDRESSES.map(String)]])
    const { type, answers, additionals } = decode(Buffer.from(bytes)) as Required<Packet>
    const owner = `${NAME}.${DISCOVERY_SERVICE}`
    expect(type).toBe('response')
    expect(answers).toMatchObject([{ type: 'PTR', name: DISCOVERY_SERVICE, data: owner }])
    const data = ADDRESSES.map(address => Buffer.from(`dnsaddr=${address}/p2p/${peers[0]}`))
    expect(additionals).toMatchObject([{ type: 'TXT', name: owner, data }])
  })

  test('an answer of the module of libp2p, with a record for each address among the answers, is read', () => {
    const owner = `other.${DISCOVERY_SERVICE}`
    const bytes = answerOf([
      { type: 'PTR', name: DISCOVERY_SERVICE, data: owner },
      { type: 'TXT', name: owner, data: `dnsaddr=/ip4/10.0.0.2/tcp/1/p2p/${peers[0]}` },
      { type: 'TXT', name: owner, data: `dnsaddr=/ip4/10.0.1.2/tcp/1/p2p/${peers[0]}` },
    ])
    expect(textsOf(decodePacket(bytes))).toEqual([[peers[0], ['/ip4/10.0.0.2/tcp/1', '/ip4/10.0.1.2/tcp/1']]])
  })

  test('an address too long for a text is left out, and no other', () => {
    const long = multiaddr(`/dns4/${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(40)}/tcp/1`)
    const bytes = encodeAnswer(NAME, peers[0], [long, ...ADDRESSES])
    expect(textsOf(decodePacket(bytes))).toEqual([[peers[0], ADDRESSES.map(String)]])
  })

  test('what makes no sense is left out, and the rest is taken', () => {
    const owner = `x.${DISCOVERY_SERVICE}`
    const good = `dnsaddr=/ip4/10.0.0.2/tcp/1/p2p/${peers[0]}`
    const bytes = answerOf([
      { type: 'PTR', name: DISCOVERY_SERVICE.toUpperCase(), data: owner },
      {
        type: 'TXT',
        name: owner,
        data: ['', 'dnsaddr=', 'dnsaddr=/ip4/10.0.0.300/tcp/1', 'dnsaddr=/ip4/10.0.0.2/tcp/1/p2p/x'],
      },
      { type: 'TXT', name: owner, data: ['dnsaddr=/ip4/10.0.0.2/tcp/1', 'path=/tmp', good] },
      { type: 'TXT', name: 'printer._ipp._tcp.local', data: good.replace('10.0.0.2', '10.0.0.9') },
    ])
    expect(textsOf(decodePacket(bytes))).toEqual([[peers[0], ['/ip4/10.0.0.2/tcp/1']]])
  })

  test('one packet tells of a bounded number of peers and addresses', () => {
    const owner = `x.${DISCOVERY_SERVICE}`
    const data = peers.flatMap(peer =>
      Array.from({ length: MAX_ADDRESSES + 2 }, (_, i) => `dnsaddr=/ip4/10.0.0.2/tcp/${i + 1}/p2p/${peer}`),
    )
    const said = decodePacket(
      answerOf([
        { type: 'PTR', name: DISCOVERY_SERVICE, data: owner },
        { type: 'TXT', name: owner, data },
      ]),
    )
    const told = textsOf(said)
    expect(told.map(([, addresses]) => addresses.length)).toEqual(Array(MAX_PEERS_PER_PACKET).fill(MAX_ADDRESSES))
  })

  test('packets of other services say nothing, and are told apart without a look into them', () => {
    const name = '_ipp._tcp.local'
    const others = [
      encode({ type: 'query', questions: [{ type: 'PTR', name }] }),
      answerOf([{ type: 'PTR', name, data: `printer.${name}` }]),
    ]
    for (const bytes of others) expect([decodePacket(bytes), isOfService(bytes)]).toEqual([undefined, false])
    expect([encodeQuery(), encodeAnswer(NAME, peers[0], ADDRESSES)].map(isOfService)).toEqual([true, true])
    expect(isOfService(Buffer.concat([encodeQuery(), Buffer.alloc(MAX_PACKET_BYTES)]))).toBe(false)
  })

  test('no bytes bring it down: cut off, overwritten, or any at all', () => {
    const right = encodeAnswer(NAME, peers[0], ADDRESSES)
    for (let length = 0; length < right.byteLength; length++) {
      expect(textsOf(decodePacket(right.subarray(0, length))).length).toBeLessThanOrEqual(1)
    }
    const owner = Buffer.from(right)
    // A name that points at itself.
    owner.writeUInt16BE(0xc00c, 12)
    expect(decodePacket(owner)).toBeUndefined()
    assert(
      property(uint8Array({ maxLength: 64 }), noise => {
        const bytes = Buffer.from(right)
        bytes.set(noise, noise.length % 40)
        decodePacket(bytes)
        decodePacket(noise)
      }),
    )
  })
})

function answerOf(answers: Required<Packet>['answers']): Uint8Array {
  return encode({ type: 'response', answers })
}

function textsOf(said: ReturnType<typeof decodePacket>): [string, string[]][] {
  const found: readonly { peer: string; addresses: readonly Multiaddr[] }[] = said?.kind === 'answer' ? said.peers : []
  return found.map(({ peer, addresses }) => [peer, addresses.map(String)])
}
