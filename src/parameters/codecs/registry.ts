import { UsageError } from '../../errors.ts'
import type { Codec } from './codec.ts'
import { fp16 } from './fp16.ts'
import { int8 } from './int8.ts'
import { none } from './none.ts'
import { qsgd } from './qsgd.ts'
import { randk } from './randk.ts'
import { topk } from './topk.ts'

// A new codec is one file in this folder and one entry in one of these two lists.

const plain: readonly Codec[] = [none, fp16, int8]

interface Family {
  /** The parameter's name, and the values that it may have. */
  readonly parameter: string
  readonly accepted: string
  /** Undefined for a parameter that is none. */
  create(name: string, parameter: string): Codec | undefined
}

const fraction = (create: (name: string, fraction: number) => Codec): Family => ({
  parameter: 'FRACTION',
  accepted: 'a fraction above 0 and up to 1, as 0.01',
  create(name, parameter) {
    const value = Number(parameter)
    return /^\d*\.?\d+$/.test(parameter) && value > 0 && value <= 1 ? create(name, value) : undefined
  },
})

const families: Readonly<Record<string, Family>> = {
  qsgd: {
    parameter: 'LEVELS',
    accepted: 'a whole number of levels from 1 to 65535',
    create(name, parameter) {
      const value = Number(parameter)
      return /^[1-9]\d{0,4}$/.test(parameter) && value <= 65535 ? qsgd(name, value) : undefined
    },
  },
  randk: fraction(randk),
  topk: fraction(topk),
}

/** The names that {@link parseCodec} accepts. */
export const codecNames: readonly string[] = [
  ...plain.map(({ name }) => name),
  ...Object.entries(families).map(([name, { parameter }]) => `${name}:${parameter}`),
]

/** @throws UsageError for an unknown name, or a parameter that is missing, malformed or not wanted */
export function parseCodec(name: string): Codec {
  const codec = plain.find(candidate => candidate.name === name)
  if (codec) return codec
  const [, family, parameter] = /^([^:]+):(.*)$/.exec(name) ?? []
  if (family !== undefined && Object.hasOwn(families, family)) {
    const created = families[family].create(name, parameter)
    if (created) return created
    throw new UsageError(
      `compression "${name}": expected ${family}:${families[family].parameter}, ${families[family].accepted}`,
    )
  }
  throw new UsageError(`unknown compression "${name}"; accepted are ${codecNames.join(', ')}`)
}
