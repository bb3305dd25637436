import { UsageError } from '../../errors.ts'
import type { Codec } from '../../parameters/codecs/codec.ts'
import { none } from '../../parameters/codecs/none.ts'

/**
 * What travels compressed, by the rule. `parameters`: whole ones, of which every coordinate counts, so only a faithful codec
 * will do. `differences`, with a memory of what was lost: any codec. Rules that are not here send vectors as they are.
 */
const compressed: Readonly<Record<string, 'parameters' | 'differences'>> = {
  adpsgd: 'parameters',
  allreduce: 'differences',
  choco: 'differences',
  diloco: 'differences',
  dpsgd: 'parameters',
  noloco: 'parameters',
}

/**
 * @param rule its name, without parameters
 * @throws UsageError where the rule cannot travel so, with the nearest thing that works
 */
export function requireCompressible(rule: string, codec: Codec): void {
  if (codec === none) return
  const travels = compressed[rule]
  if (travels === 'differences' || (travels === 'parameters' && codec.faithful)) return
  if (travels === 'parameters') {
    throw new UsageError(
      `${rule} sends whole parameters, of which ${codec.name} would lose too much; the nearest that works is --rule choco with ${codec.name}, or ${rule} with fp16 or int8`,
    )
  }
  throw new UsageError(
    `${rule} sends its vectors as they are: compression is none, not ${codec.name}; the nearest that works is ` +
      `--rule ${likest(rule, codec)}, or ${rule} with none`,
  )
}

/** Averages most as this rule does, and compresses so. */
function likest(rule: string, codec: Codec): string {
  if (throughTheMean.includes(rule)) return 'allreduce'
  return codec.faithful ? 'dpsgd' : 'choco'
}

/** Rules that send no vector compressed, and average everybody with everybody. */
const throughTheMean: readonly string[] = ['fedavg', 'scaffold']
