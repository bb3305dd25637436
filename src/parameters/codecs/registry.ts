import { UsageError } from '../../errors.ts'
import type { Codec } from './codec.ts'
import { none } from './none.ts'

/** A new codec is one file in this folder and one entry here. */
const codecs: readonly Codec[] = [none]

/** What {@link parseCodec} accepts. */
export const codecNames: readonly string[] = codecs.map(({ name }) => name)

/** @throws UsageError for an unknown name */
export function parseCodec(name: string): Codec {
  const codec = codecs.find(candidate => candidate.name === name)
  if (!codec) throw new UsageError(`unknown compression "${name}"; accepted are ${codecNames.join(', ')}`)
  return codec
}
