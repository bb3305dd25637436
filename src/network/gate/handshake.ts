/**
 * How two peers find out, on a connection whose keys are checked, whether each is a member of the other's swarm. The one that has dialled
 * speaks first, proves first, and has nothing to prove to anybody who has not shown that it knows the recipe:
 *
 * | dialled | answers |
 * | --- | --- |
 * | hello | |
 * | | hello, tags |
 * | tags, and of the same recipe proof, revocations | |
 * | | verdict, and of the same recipe proof, revocations |
 * | verdict | |
 *
 * A frame each. Peers of different versions part, or become acquainted, after the hellos.
 *
 * @packageDocumentation
 */

import { randomBytes } from 'node:crypto'
import type { Admission, ProofContext } from '../../admission/admission.ts'
import { MAX_PROOF_BYTES } from '../../admission/constants.ts'
import { PROTOCOL_VERSION } from '../../gossip/constants.ts'
import { printable } from '../../gossip/membership/printable.ts'
import type { AbortOptions, FrameStream, PeerId } from '../../gossip/ports.ts'
import { ProtocolError } from '../../gossip/streams/stream-errors.ts'
import { RefusedPeerError } from '../errors.ts'
import { MAX_HELLO_BYTES, MAX_REVOCATIONS_BYTES, MAX_VERDICT_BYTES, NONCE_BYTES, OTHER_RECIPE } from './constants.ts'
import {
  decodeHello,
  decodeTags,
  type Ends,
  encodeHello,
  encodeTags,
  type Hello,
  type Relation,
  relationOf,
  type SwarmIds,
  tagsOf,
} from './hello.ts'
import { decodeRevocations, encodeRevocations } from './revocations.ts'

/** What a peer is to another: a member of its swarm, or no stranger otherwise. */
export type Standing = 'admitted' | 'acquainted'

/** This peer, as it meets others. */
export interface Party {
  readonly self: PeerId
  readonly ids: SwarmIds
  readonly admission: Admission
  /** Makes room for a peer that has proved what it is. @returns why there is none, as what is to be said of the peer */
  makeRoom(peer: PeerId): string | undefined
}

const VERDICTS = ['refused', 'acquainted', 'admitted'] as const

/** What follows where neither refuses the other. */
const STANDINGS: Readonly<Record<Relation, Standing>> = {
  same: 'admitted',
  'other generation': 'acquainted',
  'other recipe': 'acquainted',
}

/** What a dialler knows when the other has said its hello and its tags, and this side only its hello. */
export interface Greeting {
  /** The version that the other speaks. */
  readonly version: number
  /** What follows from it; undefined where it speaks another version, of which this one knows nothing more. */
  readonly known?: { readonly relation: Relation; readonly told: Ends; readonly heard: Ends }
}

/**
 * @returns what the other is to this peer, which both agree on
 * @throws RefusedPeerError with the reason, when either refuses the other, which both are told
 */
export async function meetAsDialler(party: Party, stream: FrameStream, options: AbortOptions): Promise<Standing> {
  const { version, known } = await greetAsDialler(party, stream, options)
  if (known === undefined) return meetOtherVersion(party, version)
  const reason = await proveAsDialler(party, stream, known, options)
  await stream.write(encodeVerdict(known.relation, reason), options)
  return standingOf(known.relation, reason)
}

/** The first part of {@link meetAsDialler}, for which nobody need be a member. */
export async function greetAsDialler(
  party: Pick<Party, 'self' | 'ids'>,
  stream: FrameStream,
  options: AbortOptions,
): Promise<Greeting> {
  const nonce = randomBytes(NONCE_BYTES)
  await stream.write(encodeHello({ version: PROTOCOL_VERSION, nonce }), options)
  const theirs = decodeHello(await readHello(stream, options))
  const { version } = theirs
  if (version !== PROTOCOL_VERSION) return { version }
  const ends = endsOf(party, stream, nonce, theirs)
  const relation = relationOf(decodeTags(await readHello(stream, options)), tagsOf(party.ids, ends.heard))
  return { version, known: { relation, ...ends } }
}

/**
 * The second part: all but this side's verdict, without which the other takes nobody in.
 *
 * @returns why this peer refuses the other; undefined where it does not
 * @throws RefusedPeerError where the other refuses this peer
 */
export async function proveAsDialler(
  party: Party,
  stream: FrameStream,
  { relation, told, heard }: NonNullable<Greeting['known']>,
  options: AbortOptions,
): Promise<string | undefined> {
  await stream.write(encodeTags(tagsOf(party.ids, told)), options)
  if (relation !== 'other recipe') await prove(party, stream, proofOf(told), options)
  await hearVerdict(stream, relation, options)
  return await judge(party, stream, relation, proofOf(heard), options)
}

/** The other side of {@link meetAsDialler}. */
export async function meetAsListener(
  party: Party,
  stream: FrameStream,
  theirs: Hello,
  options: AbortOptions,
): Promise<Standing> {
  const nonce = randomBytes(NONCE_BYTES)
  await stream.write(encodeHello({ version: PROTOCOL_VERSION, nonce }), options)
  if (theirs.version !== PROTOCOL_VERSION) return meetOtherVersion(party, theirs.version)
  const { told, heard } = endsOf(party, stream, nonce, theirs)
  await stream.write(encodeTags(tagsOf(party.ids, told)), options)
  const relation = relationOf(decodeTags(await readHello(stream, options)), tagsOf(party.ids, heard))

  const reason = await judge(party, stream, relation, proofOf(heard), options)
  await stream.write(encodeVerdict(relation, reason), options)
  const standing = standingOf(relation, reason)
  if (relation !== 'other recipe') await prove(party, stream, proofOf(told), options)
  await hearVerdict(stream, relation, options)
  return standing
}

/** Reads a hello, or tags. */
export async function readHello(stream: FrameStream, { signal }: AbortOptions): Promise<Uint8Array> {
  return await stream.read({ signal, most: MAX_HELLO_BYTES })
}

function meetOtherVersion({ admission }: Party, version: number): Standing {
  if (admission.kind === 'open') return 'acquainted'
  const outdated = version < PROTOCOL_VERSION ? 'there' : 'here'
  throw new RefusedPeerError(
    'here',
    `speaks version ${version} of hearsay's protocol, this peer version ${PROTOCOL_VERSION}: upgrade hearsay ${outdated}`,
  )
}

/** What each of the two tells the other. */
function endsOf(
  { self }: Pick<Party, 'self'>,
  { peer }: FrameStream,
  nonce: Uint8Array,
  theirs: Hello,
): { told: Ends; heard: Ends } {
  return {
    told: { teller: self, listener: peer, tellerNonce: nonce, listenerNonce: theirs.nonce },
    heard: { teller: peer, listener: self, tellerNonce: theirs.nonce, listenerNonce: nonce },
  }
}

function proofOf({ teller, listener, tellerNonce, listenerNonce }: Ends): ProofContext {
  return { prover: teller, verifier: listener, proverNonce: tellerNonce, verifierNonce: listenerNonce }
}

async function prove({ admission }: Party, stream: FrameStream, context: ProofContext, options: AbortOptions) {
  const proof = await admission.prove(context)
  await stream.write(proof, options)
  await stream.write(encodeRevocations(admission.revocations()), options)
}

/** @returns why the other is refused, as what is to be said of it; undefined where it is not */
async function judge(
  { admission, makeRoom }: Party,
  stream: FrameStream,
  relation: Relation,
  context: ProofContext,
  { signal }: AbortOptions,
): Promise<string | undefined> {
  // A recipe is shown only to those who may have it.
  if (relation === 'other recipe') return admission.kind === 'open' ? undefined : OTHER_RECIPE
  // A copy: the next read overwrites it.
  const proof = (await stream.read({ signal, most: MAX_PROOF_BYTES })).slice()
  const reason = await admission.judge(proof, context)
  // Strangers can neither teach this peer anything nor have it verify signatures at will.
  if (reason !== undefined) return reason
  await admission.learn(decodeRevocations(await stream.read({ signal, most: MAX_REVOCATIONS_BYTES })))
  return admission.lapsed(context.prover) ?? makeRoom(context.prover)
}

function standingOf(relation: Relation, reason: string | undefined): Standing {
  if (reason !== undefined) throw new RefusedPeerError('here', reason)
  return STANDINGS[relation]
}

function encodeVerdict(relation: Relation, reason: string | undefined): Uint8Array {
  if (reason !== undefined) return Buffer.concat([Uint8Array.of(0), Buffer.from(printable(reason))])
  return Uint8Array.of(VERDICTS.indexOf(STANDINGS[relation]))
}

async function hearVerdict(stream: FrameStream, relation: Relation, { signal }: AbortOptions): Promise<void> {
  const [verdict, ...reason] = await stream.read({ signal, most: MAX_VERDICT_BYTES })
  const standing = VERDICTS[verdict]
  if (standing === 'refused') {
    throw new RefusedPeerError('there', printable(Buffer.from(reason).toString()))
  }
  if (standing !== STANDINGS[relation]) {
    throw new ProtocolError(`a verdict that does not follow from the tags: ${standing}`)
  }
}
