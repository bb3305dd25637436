import { CODECS, formOf, formsOf, isNameIn, type ParametrisedIn, type PlainIn } from '../../catalogue.ts'
import { UsageError } from '../../errors.ts'
import type { Codec } from './codec.ts'
import { fp16 } from './fp16.ts'
import { int8 } from './int8.ts'
import { none } from './none.ts'
import { qsgd } from './qsgd.ts'
import { randk } from './randk.ts'
import { topk } from './topk.ts'

// A new codec is one file in this folder, one entry in one of these tables, and one line in the catalogue.

const plain: Readonly<Record<PlainIn<typeof CODECS>, Codec>> = { none, fp16, int8 }

interface Family {
  /** The values that the parameter may have. */
  readonly accepted: string
  /** Undefined for a parameter that is none. */
  create(name: string, parameter: string): Codec | undefined
}

const fraction = (create: (name: string, fraction: number) => Codec): Family => ({
  accepted: 'a fraction above 0 and up to 1, as 0.01',
  create(name, parameter) {
    const value = Number(parameter)
    return /^\d*\.?\d+$/.test(parameter) && value > 0 && value <= 1 ? create(name, value) : undefined
  },
})

const families: Readonly<Record<ParametrisedIn<typeof CODECS>, Family>> = {
  qsgd: {
    accepted: 'a whole number of levels from 1 to 65535',
    create(name, parameter) {
      const value = Number(parameter)
      return /^[1-9]\d{0,4}$/.test(parameter) && value <= 65535 ? qsgd(name, value) : undefined
    },
  },
  randk: fraction(randk),
  topk: fraction(topk),
}

/** What {@link parseCodec} accepts. */
export const codecNames: readonly string[] = formsOf(CODECS)

/** Codecs that are near in every coordinate, from what loses nothing to what loses most. */
export const faithfulCodecs: readonly Codec[] = Object.values(plain).filter(({ faithful }) => faithful)

/** @throws UsageError for an unknown name, or a parameter that is missing, malformed or not wanted */
export function parseCodec(name: string): Codec {
  if (isNameIn(plain, name)) return plain[name]
  const [, family = '', parameter = ''] = /^([^:]+):(.*)$/.exec(name) ?? []
  if (isNameIn(families, family)) {
    const created = families[family].create(name, parameter)
    if (created) return created
    throw new UsageError(`compression "${name}": expected ${formOf(CODECS, family)}, ${families[family].accepted}`)
  }
  throw new UsageError(`unknown compression "${name}"; accepted are ${codecNames.join(', ')}`)
}
