/**
 * The stages of a conversation with a peer: the encrypted connection, the version of the protocol, membership, and the recipe. This side never says its
 * verdict, so nobody takes it for a member who has come: it leaves no trace in the swarm.
 *
 * @packageDocumentation
 */

import type { Connection } from '@libp2p/interface'
import { CODE_P2P, type Multiaddr } from '@multiformats/multiaddr'
import type { Admission } from '../../admission/admission.ts'
import { PROTOCOL_VERSION } from '../../gossip/constants.ts'
import type { AbortOptions } from '../../gossip/ports.ts'
import { peerIn } from '../addresses.ts'
import { RefusedPeerError, reasonOf } from '../errors.ts'
import { createFrameStream } from '../frame-stream.ts'
import { GATE_READ_AHEAD_BYTES, PROOF_TIMEOUT_MS } from '../gate/constants.ts'
import { type Greeting, greetAsDialler, type Party, proveAsDialler } from '../gate/handshake.ts'
import { createNode } from '../node.ts'
import { MEMBERSHIP_PROTOCOL } from '../protocols.ts'
import type { Stage } from './stages.ts'

export interface MeetOptions {
  /** The hash of the recipe. */
  readonly recipe: string
  readonly identity: Uint8Array
  /** What this peer proves; or why it has nothing to prove, for people. */
  readonly admission: Admission | string
}

/** Tries the stages from the connection on, one after the other, as far as they go. */
export async function* meetStages(
  addresses: readonly Multiaddr[],
  { recipe, identity, admission }: MeetOptions,
  { signal }: AbortOptions,
): AsyncGenerator<Stage> {
  const node = await createNode({ swarm: recipe, recipe, identity, listen: [], mdns: false })
  const within = AbortSignal.any([signal, AbortSignal.timeout(2 * PROOF_TIMEOUT_MS)])
  await node.libp2p.start()
  try {
    let connection: Connection
    try {
      // Whoever answers: who it is, is the finding.
      connection = await node.libp2p.dial(
        addresses.map(address => address.decapsulateCode(CODE_P2P)),
        { signal: within },
      )
    } catch (error) {
      signal.throwIfAborted()
      yield noiseFailed(error)
      return
    }
    const peer = connection.remotePeer.toString()
    const expected = [...new Set(addresses.map(peerIn).filter(each => each !== undefined))]
    if (expected.length > 0 && !expected.includes(peer)) {
      yield { name: 'noise', failure: 'other peer', found: `${peer} answers, and not ${expected.join(' or ')}` }
      return
    }
    yield { name: 'noise', found: `${peer} answers, and the connection is encrypted` }
    const self = node.libp2p.peerId.toString()
    yield* converse(connection, { self, ids: { swarm: recipe, recipe } }, admission, { signal: within })
  } finally {
    await node.libp2p.stop()
  }
}

async function* converse(
  connection: Connection,
  party: Pick<Party, 'self' | 'ids'>,
  admission: Admission | string,
  options: AbortOptions,
): AsyncGenerator<Stage> {
  let stage: Stage['name'] = 'protocol'
  try {
    const raw = await connection.newStream(MEMBERSHIP_PROTOCOL, options)
    const stream = createFrameStream(connection.remotePeer.toString(), raw, { readAhead: GATE_READ_AHEAD_BYTES })
    try {
      const { version, known } = await greetAsDialler(party, stream, options)
      if (known === undefined) {
        const found = `it speaks version ${version} of hearsay's protocol, and this one version ${PROTOCOL_VERSION}`
        yield { name: 'protocol', failure: 'other version', found }
        return
      }
      yield { name: 'protocol', found: `version ${version} of hearsay's protocol, as here` }
      stage = 'membership'
      if (known.relation === 'other recipe') {
        yield { name: 'recipe', failure: 'other recipe', found: 'it has another recipe, and so is in another swarm' }
        return
      }
      if (typeof admission === 'string') yield { name: 'membership', failure: 'no pass', found: admission }
      else yield await prove({ ...party, admission, makeRoom: () => undefined }, stream, known, options)
      const later = known.relation === 'other generation'
      yield { name: 'recipe', found: later ? 'the same recipe, of another generation (--more)' : 'the same recipe' }
    } finally {
      stream.abort(new Error('that was all'))
    }
  } catch (error) {
    if ((error as Error).name === 'UnsupportedProtocolError') {
      yield { name: stage, failure: 'no hearsay', found: 'it speaks libp2p, and not the protocol of hearsay' }
    } else yield { name: stage, failure: 'closed', found: reasonOf(error) }
  }
}

async function prove(
  party: Party,
  stream: Parameters<typeof proveAsDialler>[1],
  known: NonNullable<Greeting['known']>,
  options: AbortOptions,
): Promise<Stage> {
  try {
    const reason = await proveAsDialler(party, stream, known, options)
    if (reason !== undefined) return { name: 'membership', failure: 'refused here', found: `the peer there ${reason}` }
    return { name: 'membership', found: 'each takes the other for a member' }
  } catch (error) {
    if (!(error instanceof RefusedPeerError)) throw error
    return {
      name: 'membership',
      failure: 'refused there',
      found: `the peer there refuses this one, which ${error.reason}`,
    }
  }
}

function noiseFailed(error: unknown): Stage {
  const found = reasonOf(error)
  const failure = found.includes('no libp2p') ? 'other program' : 'closed'
  return { name: 'noise', failure, found }
}
