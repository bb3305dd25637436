import { createHmac } from 'node:crypto'
import type { Admission, ProofContext } from '../../src/admission/admission.ts'

/** The least that admits some and not others: members know a key, and a revocation is a member's name. */
export interface KeyedAdmission extends Admission {
  revoke(peer: string): void
  /** What was proved here, to be shown again by somebody else. */
  readonly proofs: Uint8Array[]
}

export function createKeyedAdmission(key: string): KeyedAdmission {
  const revoked = new Set<string>()
  const handlers = new Set<(news: readonly Uint8Array[]) => void>()
  const proofs: Uint8Array[] = []

  const proofOf = ({ prover, verifier, proverNonce, verifierNonce }: ProofContext) =>
    createHmac('sha256', key).update(`${prover} ${verifier}`).update(proverNonce).update(verifierNonce).digest()

  function take(names: readonly string[]): readonly Uint8Array[] {
    const fresh = names.filter(name => !revoked.has(name))
    for (const name of fresh) revoked.add(name)
    const news = fresh.map(name => Buffer.from(name))
    if (news.length > 0) for (const handler of handlers) handler(news)
    return news
  }

  return {
    kind: 'key',
    proofs,
    async prove(context) {
      const proof = proofOf(context)
      proofs.push(proof)
      return proof
    },
    judge: async (proof, context) => (proofOf(context).equals(proof) ? undefined : 'has another key'),
    lapsed: peer => (revoked.has(peer) ? 'was revoked' : undefined),
    revocations: () => [...revoked].map(name => Buffer.from(name)),
    learn: async revocations => take(revocations.map(bytes => Buffer.from(bytes).toString())),
    onChange(handler) {
      handlers.add(handler)
      return () => handlers.delete(handler)
    },
    revoke: peer => void take([peer]),
  }
}
