import type { Vector } from '../../parameters/vectors.ts'
import type { Link } from '../rule.ts'

/** The memory of a rule for one link: a vector as long as the parameters, and the number that goes with it. */
interface LinkMemory {
  readonly vector: Vector
  scalar: number
}

export type LinkMemories = Map<Link['peer'], LinkMemory>

/**
 * The memory of a link; zeros where the link is new. Nobody knows beforehand which links there will be, so this is made
 * when one appears, in the precision of the parameters, and nobody but the peer itself ever reads it.
 */
export function memoryOf(memories: LinkMemories, peer: Link['peer'], parameters: Vector): LinkMemory {
  const known = memories.get(peer)
  if (known !== undefined) return known
  const { length } = parameters
  const vector = parameters instanceof Float32Array ? new Float32Array(length) : new Float64Array(length)
  const memory = { vector, scalar: 0 }
  memories.set(peer, memory)
  return memory
}
