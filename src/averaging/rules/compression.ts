import { UsageError } from '../../errors.ts'
import type { Codec } from '../../parameters/codecs/codec.ts'
import { none } from '../../parameters/codecs/none.ts'
import type { AveragingRule } from '../rule.ts'

/**
 * @param name the rule's, without parameters
 * @throws UsageError where the rule cannot travel so, with the nearest thing that works
 */
export function requireCompressible(name: string, { travels, mixing }: AveragingRule, codec: Codec): void {
  if (codec === none || travels === 'compressed' || (travels === 'rounded' && codec.faithful)) return
  if (travels === 'rounded') {
    throw new UsageError(
      `${name} sends whole parameters, of which ${codec.name} would lose too much; the nearest that works is --rule choco with ${codec.name}, or ${name} with fp16 or int8`,
    )
  }
  // Averages most as this rule does, and compresses so.
  const nearest = mixing === 'all' ? 'allreduce' : codec.faithful ? 'dpsgd' : 'choco'
  throw new UsageError(
    `${name} sends its vectors as they are: compression is none, not ${codec.name}; the nearest that works is ` +
      `--rule ${nearest}, or ${name} with none`,
  )
}
