import type { Admission } from './admission.ts'

/** Everybody who has the recipe is a member. */
export function openAdmission(): Admission {
  return {
    kind: 'open',
    prove: async () => new Uint8Array(),
    judge: async () => undefined,
    lapsed: () => undefined,
    revocations: () => [],
    learn: async () => [],
    onChange: () => () => {},
  }
}
