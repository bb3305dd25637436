import type { Vector } from '../../parameters/vectors.ts'
import type { AttackView } from './attack.ts'

/** The honest vectors that the receiver has: its own, and those of its honest neighbours. */
export function honestVectors({ receiver, honest }: AttackView): readonly Vector[] {
  return [receiver, ...honest.map(({ vector }) => vector)]
}
