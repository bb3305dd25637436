import type { AveragingRule } from '../../src/averaging/rule.ts'
import { UsageError } from '../../src/errors.ts'
import { messageRoom } from './messages.ts'
import { aligned, MOST_BYTES } from './shared-heap.ts'

/** Of the memory, what is left for data, for tables and for what only turns up later. */
const RESERVE = 0.1

/**
 * @param length of a vector
 * @throws UsageError where states and messages of so many peers cannot fit into one memory
 */
export function requireRoom(rule: AveragingRule, peers: number, length: number): void {
  let bytes = 0
  rule.start(new Float32Array(length), {
    peers,
    samples: 1,
    allocate(size) {
      bytes += aligned(size * Float32Array.BYTES_PER_ELEMENT)
      return new Float32Array(size)
    },
  })
  const each = bytes + (rule.mixing === 'none' ? 0 : messageRoom(rule.message, length, 1))
  const most = Math.floor(((1 - RESERVE) * MOST_BYTES) / each)
  if (peers <= most) return
  throw new UsageError(
    `${rule.name} with ${length} parameters takes ${each} bytes a peer, and all have ${MOST_BYTES / 2 ** 30} GiB; ` +
      `the most that works is ${most} peers`,
  )
}
