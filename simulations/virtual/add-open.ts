import type { PeerId } from '../../src/gossip/ports.ts'
import type { Checkpoint } from '../../src/gossip/state/checkpoint.ts'
import type { Difference } from '../../src/gossip/state/difference.ts'

/** What stands open at one peer. */
export type OpenState = Pick<Checkpoint, 'decisions' | 'doubts' | 'aborts'> & { readonly peer: PeerId }

/**
 * Adds to a sum over peers what was decided and is not added by the other side yet, and takes away what that has given up and is not taken back
 * yet: both will come to pass.
 *
 * @param peers of the mean that it is; 1 for a sum
 */
export function addOpen(sum: Float64Array, states: readonly OpenState[], peers = 1): void {
  if (!states.some(({ doubts, aborts }) => doubts.length > 0 || aborts !== undefined)) return
  const decided = new Map(
    states.flatMap(({ peer, decisions }) => decisions.map(decision => [`${peer}/${decision.id}`, decision] as const)),
  )
  const add = ({ first, values, indices }: Difference, sign: 1 | -1) => {
    for (const [i, value] of values.entries()) sum[first + (indices?.[i] ?? i)] += (sign * value) / peers
  }
  for (const { doubts, aborts = [] } of states) {
    for (const { partner, id, frame, ...difference } of doubts) {
      if (frame < (decided.get(`${partner}/${id}`)?.frames ?? 0)) add(difference, 1)
    }
    for (const { partner, id, frames } of aborts) {
      const { added = [], frames: all = 0 } = decided.get(`${partner}/${id}`) ?? {}
      for (const [i, difference] of added.entries()) if (all - added.length + i >= frames) add(difference, -1)
    }
  }
}
