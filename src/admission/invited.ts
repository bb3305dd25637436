/**
 * Membership by invitation: a proof is the chain of invitations from the founder to the prover, and the prover's signature of this very
 * connection.
 *
 * @packageDocumentation
 */

import type { PeerId } from '../gossip/peer-id.ts'
import type { Admission, ProofContext, Signer, VerifySignature } from './admission.ts'
import { LOOK_AGAIN_MS, MAX_PROOF_BYTES, MAX_REMEMBERED, MAX_REVOCATIONS, MAX_SIGNATURE_BYTES } from './constants.ts'
import {
  type Credential,
  decodeCredential,
  encodeCredential,
  endedOf,
  endOf,
  holderOf,
  type InvitingRecipe,
  isSigned,
  misfitOf,
} from './credential.ts'
import { InvitationError } from './errors.ts'
import { joinFields, splitFields } from './fields.ts'
import { decodeRevocation, holds, kept, type Revocation, revokedByFounder, revokedOf } from './revocation.ts'
import { proofStatement } from './statements.ts'

/** The time of day, by which invitations end, and what calls back after a while. */
export interface TimeOfDay {
  /** Milliseconds since the Unix epoch. */
  now(): number
  /** @returns what cancels it */
  after(milliseconds: number, callback: () => void): () => void
}

export interface InvitedOptions extends InvitingRecipe {
  readonly self: Signer
  /** That of this peer; the founder's has no invitations. */
  readonly credential: Credential
  readonly verify: VerifySignature
  /** Those that are known already. */
  readonly revocations: readonly Uint8Array[]
  readonly time: TimeOfDay
}

const PROOF_FIELDS = 2

/**
 * Lets in whoever the founder has invited, directly or by way of guests where the recipe lets guests invite. Of a member that never proved it
 * here, as of one that is heard of through others, it can tell only that the founder has revoked it by its name; of this peer itself, all.
 *
 * Whoever listens by {@link Admission.onChange} asks at once about all who are connected. So it is known of whom a chain must not be
 * forgotten, however many others come.
 *
 * @throws InvitationError where the credential is not this peer's
 */
export async function invitedAdmission(options: InvitedOptions): Promise<Admission> {
  const { recipe, self, credential, verify, time } = options
  if (holderOf(credential) !== self.peer) {
    throw new InvitationError(`this peer is ${self.peer}, and its invitations are of ${holderOf(credential)}`)
  }
  const members = rememberMembers(credential, self.peer)
  const handlers = new Set<(news: readonly Uint8Array[]) => void>()
  let revocations: readonly Revocation[] = []
  let cancel = () => {}

  function tell(news: readonly Uint8Array[]): void {
    for (const handler of handlers) handler(news)
  }

  /** Calls back when the next invitation of a member ends, as long as anybody listens. */
  function watchEnds(): void {
    cancel()
    cancel = () => {}
    const now = time.now()
    const next = Math.min(...[...members.all()].map(endOf).filter(end => end > now))
    if (handlers.size === 0 || next === Number.POSITIVE_INFINITY) return
    cancel = time.after(Math.min(next - now, LOOK_AGAIN_MS), () => {
      // The clock may have been set meanwhile.
      if (time.now() >= next) tell([])
      watchEnds()
    })
  }

  function reasonAgainst(of: Credential): string | undefined {
    return revokedOf(of, revocations) ?? endedOf(of, time.now())
  }

  async function learn(given: readonly Uint8Array[]): Promise<readonly Uint8Array[]> {
    const fresh: Revocation[] = []
    for (const bytes of given.slice(0, MAX_REVOCATIONS)) {
      const revocation = decodeRevocation(bytes)
      if (revocation !== undefined && revocations.some(({ digest }) => digest === revocation.digest)) continue
      // A member hands on only what holds; of one that does not, the rest is not worth the work.
      if (revocation === undefined || !(await holds(revocation, options, verify))) break
      fresh.push(revocation)
    }
    const before = new Set(revocations.map(({ digest }) => digest))
    revocations = kept([...revocations, ...fresh])
    const news = revocations.filter(({ digest }) => !before.has(digest)).map(({ bytes }) => bytes)
    if (news.length > 0) tell(news)
    return news
  }

  await learn(options.revocations)

  return {
    kind: 'invited',

    async prove(context) {
      return joinFields([encodeCredential(credential), await self.sign(proofStatement('member', recipe, context))])
    },

    async judge(proof, context) {
      const shown = readProof(proof)
      if (typeof shown === 'string') return shown
      const { chain, signature } = shown
      const cheap = misfitOf(chain, options) ?? notOf(chain, context) ?? reasonAgainst(chain)
      if (cheap !== undefined) return cheap
      // The founder's signature first: of a chain that somebody has made up no other is checked.
      if (!(await isSigned(chain, verify))) return 'has an invitation whose signature does not hold'
      const isOwn = await verify(context.prover, proofStatement('member', recipe, context), signature)
      if (!isOwn) return 'gives a proof that is not of this connection'
      // It may have been revoked while its signatures were checked.
      const late = reasonAgainst(chain)
      if (late !== undefined) return late
      members.remember(context.prover, chain)
      if (members.areTooMany()) {
        tell([])
        members.forgetOldest()
      }
      watchEnds()
      return undefined
    },

    lapsed(peer) {
      const chain = members.of(peer)
      return chain === undefined ? revokedByFounder(peer, revocations) : reasonAgainst(chain)
    },

    revocations: () => revocations.map(({ bytes }) => bytes),
    learn,

    onChange(handler) {
      const own = (news: readonly Uint8Array[]) => handler(news)
      handlers.add(own)
      watchEnds()
      return () => {
        handlers.delete(own)
        watchEnds()
      }
    },
  }
}

/** What a proof shows; or what is to be said of the prover. */
function readProof(proof: Uint8Array): { chain: Credential; signature: Uint8Array } | string {
  if (proof.byteLength === 0) return 'has no invitation to this swarm'
  // A member's chain is kept, and what it came in may be overwritten.
  const fields = proof.byteLength > MAX_PROOF_BYTES ? undefined : splitFields(Uint8Array.from(proof), PROOF_FIELDS)
  const chain = fields?.length === PROOF_FIELDS ? decodeCredential(fields[0]) : undefined
  if (fields === undefined || chain === undefined || fields[1].byteLength > MAX_SIGNATURE_BYTES) {
    return 'has no invitation that can be read'
  }
  return { chain, signature: fields[1] }
}

function notOf(chain: Credential, { prover }: ProofContext): string | undefined {
  const holder = holderOf(chain)
  if (holder === prover) return undefined
  return chain.invitations.length === 0
    ? 'has no invitation to this swarm'
    : `holds the invitation of another peer, ${holder}`
}

/** The chains of members, this peer's own among them. */
function rememberMembers(own: Credential, self: PeerId) {
  const chains = new Map<PeerId, Credential>()

  function remember(peer: PeerId, chain: Credential): void {
    chains.delete(peer)
    chains.set(peer, chain)
  }

  return {
    all: () => [own, ...chains.values()],
    remember,

    /** Whoever is asked about is forgotten last. */
    of(peer: PeerId): Credential | undefined {
      if (peer === self) return own
      const chain = chains.get(peer)
      if (chain !== undefined) remember(peer, chain)
      return chain
    },

    areTooMany: () => chains.size > MAX_REMEMBERED,

    forgetOldest(): void {
      const [oldest] = chains.keys()
      chains.delete(oldest)
    },
  }
}
