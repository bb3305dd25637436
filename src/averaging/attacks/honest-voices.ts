import type { Vector } from '../../parameters/vectors.ts'
import type { AttackView } from './attack.ts'

/** What the receiver has from the honest: its own parameters, and what its honest neighbours say. */
export function honestVoices({ receiver, honest }: AttackView): readonly Vector[] {
  return [receiver, ...honest.map(({ vector }) => vector)]
}
