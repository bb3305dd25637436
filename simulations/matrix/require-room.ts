import { availableParallelism } from 'node:os'
import type { AveragingRule } from '../../src/averaging/rule.ts'
import { UsageError } from '../../src/errors.ts'
import type { Simulation } from '../options.ts'
import { messageRoom } from './messages.ts'
import { MOST_BYTES } from './shared-heap.ts'

/** The share of memory that is left for data, for tables and for needs that only turn up later. */
const RESERVE = 0.1

/** States are counted on vectors of this length: at the real one, counting would take what it is there to prevent. */
const PROBE = 1_024

const FLOAT_BYTES = Float32Array.BYTES_PER_ELEMENT

/**
 * @param length of a vector
 * @throws UsageError where states and messages of so many peers cannot fit into one memory
 */
export function requireRoom(
  { peers, workers = availableParallelism() }: Pick<Simulation, 'peers' | 'workers'>,
  rule: AveragingRule,
  length: number,
): void {
  const { vectors } = rule.message
  const talks = rule.mixing !== 'none'
  // Only memory that grows with the length counts; scalars and padding are a matter of bytes.
  const eachParameter = FLOAT_BYTES * (vectorsOf(rule, peers) + (talks ? vectors : 0))
  const each = eachParameter * length + (talks ? messageRoom(rule.message, 0, 1) : 0)
  // x̄ in float64, an update for every thread, and the answer where everybody's messages become one.
  const sharedParameter = Float64Array.BYTES_PER_ELEMENT + FLOAT_BYTES * (Math.min(workers, peers) + vectors)
  const room = (1 - RESERVE) * MOST_BYTES
  const most = Math.floor((room - sharedParameter * length) / each)
  if (peers <= most) return
  const nearest =
    most > 0 ? `${most} peers` : `${Math.floor(room / (peers * eachParameter + sharedParameter))} parameters`
  throw new UsageError(
    `${rule.name} with ${length} parameters takes ${each} bytes a peer and ${sharedParameter * length} for all, ` +
      `and there are ${MOST_BYTES / 2 ** 30} GiB; the most that works is ${nearest}`,
  )
}

/** How many vectors a peer's state is. */
function vectorsOf(rule: AveragingRule, peers: number): number {
  let floats = 0
  rule.start(new Float32Array(PROBE), {
    peers,
    samples: 1,
    allocate(size) {
      floats += size
      return new Float32Array(size)
    },
  })
  return floats / PROBE
}
